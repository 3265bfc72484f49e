using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Tests;

/// <summary>Requests as a BAP of the compute-energy domain sends them.</summary>
public sealed record BecknRequest(string Action, JObject Message)
{
    public string MessageId { get; init; } = Guid.NewGuid().ToString();

    public string TransactionId { get; init; } = "txn-1";

    public static BecknRequest Discover(string? expression = null)
    {
        var message = new JObject { ["text_search"] = "Grid flexibility windows" };
        if (expression is not null)
            message["filters"] = new JObject { ["type"] = "jsonpath", ["expression"] = expression };
        return new BecknRequest("discover", message);
    }

    public static BecknRequest Of(string action, string orderId) =>
        new(action, new JObject { ["order"] = new JObject { ["beckn:id"] = orderId } });

    public static BecknRequest Order(string action, string orderId, string key = "norwich-morning", double megawatts = 1.2, string workload = "batch-a")
    {
        var order = new JObject
        {
            ["@type"] = "beckn:Order",
            ["beckn:id"] = orderId,
            ["beckn:buyer"] = "buyer-1",
            ["beckn:orderItems"] = new JArray(new JObject
            {
                ["@type"] = "beckn:OrderItem",
                ["beckn:lineId"] = "line-1",
                ["beckn:orderedItem"] = "item-uk-" + key,
                ["beckn:quantity"] = 1,
                ["beckn:acceptedOffer"] = new JObject { ["beckn:id"] = "offer-uk-" + key, ["beckn:items"] = new JArray("item-uk-" + key) },
            }),
        };
        if (action != "select")
        {
            order["beckn:fulfillment"] = new JObject
            {
                ["beckn:id"] = "fulfillment-1",
                ["beckn:mode"] = "GRID-BASED",
                ["beckn:deliveryAttributes"] = new JObject
                {
                    ["beckn:computeLoad"] = megawatts,
                    ["beckn:computeLoadUnit"] = "MW",
                    ["beckn:workloadMetadata"] = new JObject { ["workloadId"] = workload },
                },
            };
        }
        return new BecknRequest(action, new JObject { ["order"] = order });
    }

    public JObject ToJson(string bapUri) => new()
    {
        ["context"] = new JObject
        {
            ["version"] = "2.0.0",
            ["action"] = Action,
            ["domain"] = "beckn.one:DEG:compute-energy:1.0",
            ["timestamp"] = "2026-03-10T08:00:00Z",
            ["message_id"] = MessageId,
            ["transaction_id"] = TransactionId,
            ["bap_id"] = "bap.test",
            ["bap_uri"] = bapUri,
            ["bpp_id"] = "sandbox.pylon.local",
            ["bpp_uri"] = "http://127.0.0.1/bpp",
            ["ttl"] = "PT30S",
        },
        ["message"] = Message,
    };
}
