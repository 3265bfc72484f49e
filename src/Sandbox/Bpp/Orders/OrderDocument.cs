using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Bpp.Protocol;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Bpp.Orders;

/// <summary>Writes the order of an answer: the stored order, merged with the sent one, with the provider's fields.</summary>
internal static class OrderDocument
{
    private static readonly JsonMergeSettings Merge = new() { MergeArrayHandling = MergeArrayHandling.Replace };

    public static JObject Combine(JObject? known, JObject sent)
    {
        if (known is null)
            return (JObject)sent.DeepClone();
        known.Merge(sent, Merge);
        return known;
    }

    /// <summary>The item of a line: orderedItem, or the first one of its offer.</summary>
    public static string? ItemOf(JToken line)
    {
        var offered = (line as JObject)?["beckn:acceptedOffer"] is JObject offer ? offer["beckn:items"] as JArray : null;
        return Json.Text(line, "beckn:orderedItem") ?? (offered?.FirstOrDefault() as JValue)?.Value as string;
    }

    public static string? OfferOf(JToken line) => Json.Text((line as JObject)?["beckn:acceptedOffer"], "beckn:id");

    public static string? WorkloadOf(JObject order)
    {
        var delivery = (order["beckn:fulfillment"] as JObject)?["beckn:deliveryAttributes"] as JObject;
        return Json.Text(delivery?["beckn:workloadMetadata"], "workloadId");
    }

    public static JObject? FirstLine(JObject order) => (order["beckn:orderItems"] as JArray)?.FirstOrDefault() as JObject;

    /// <summary>Writes slot, price and capacity of the line.</summary>
    public static void FillLine(JObject line, JObject item, JObject? offer, Slot slot, decimal? free, decimal? reserved)
    {
        var itemId = Json.Text(item, "beckn:id")!;
        var price = Json.Number(offer?["beckn:price"], "value") ?? Json.Number(offer?["beckn:price"], "price");
        var currency = Json.Text(offer?["beckn:price"], "currency") ?? "GBP";
        var stability = Json.Text(offer?["beckn:offerAttributes"], "beckn:priceStability") ?? "stable";
        var unit = Json.Text(offer?["beckn:offerAttributes"], "beckn:unit") ?? "per_kWh";
        line["@type"] ??= "beckn:OrderItem";
        line["beckn:lineId"] ??= "order-item-001";
        line["beckn:orderedItem"] = itemId;
        line["beckn:quantity"] ??= 1;
        if (offer is not null)
        {
            var accepted = (JObject)offer.DeepClone();
            accepted["beckn:price"] = new JObject { ["currency"] = currency, ["price"] = price };
            line["beckn:acceptedOffer"] = accepted;
        }
        var pricing = new JObject { ["spotPrice"] = price, ["currency"] = currency, ["unit"] = unit, ["priceStability"] = stability };
        var capacity = new JObject();
        if (reserved is not null)
        {
            pricing["estimatedCost"] = Math.Round(reserved.Value * 1000 * slot.Hours * (price ?? 0), 2);
            capacity["reservedCapacity"] = reserved;
        }
        capacity["capacityUnit"] = "MW";
        capacity["availableCapacity"] = free;
        line["beckn:orderItemAttributes"] = new JObject
        {
            ["@context"] = Schema.ComputeEnergy,
            ["@type"] = "beckn:ComputeEnergyWindow",
            ["beckn:slotId"] = $"slot-{itemId}-{slot.Start.UtcDateTime.ToString("yyyyMMdd")}",
            ["beckn:gridParameters"] = (item["beckn:itemAttributes"] as JObject)?["beckn:gridParameters"]?.DeepClone(),
            ["beckn:timeWindow"] = Json.From(slot),
            ["beckn:pricingParameters"] = pricing,
            ["beckn:capacityParameters"] = capacity,
        };
    }

    public static void SetStatus(JObject order, string orderId, string status, string fulfillmentStatus)
    {
        order["@context"] ??= Schema.Core;
        order["@type"] ??= "beckn:Order";
        order["beckn:orderStatus"] = status;
        if (order["beckn:fulfillment"] is not JObject fulfillment)
        {
            order["beckn:fulfillment"] = fulfillment = new JObject
            {
                ["@context"] = Schema.Core,
                ["@type"] = "beckn:Fulfillment",
                ["beckn:id"] = "fulfillment-" + orderId,
                ["beckn:mode"] = "GRID-BASED",
            };
        }
        fulfillment["beckn:status"] = fulfillmentStatus;
    }

    public static void AddPayment(JObject order) => order["beckn:payment"] ??= new JObject
    {
        ["@context"] = Schema.ComputeEnergy,
        ["@type"] = "beckn:ComputeEnergyPayment",
        ["beckn:settlement"] = "next-billing-cycle",
    };

    public static void Stamp(JObject order, string name, DateTimeOffset at)
    {
        if (order["beckn:orderAttributes"] is not JObject attributes)
            order["beckn:orderAttributes"] = attributes = new JObject { ["@context"] = Schema.ComputeEnergy, ["@type"] = "beckn:ComputeEnergyOrder" };
        attributes[name] = Json.Time(at);
    }
}
