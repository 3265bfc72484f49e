using System.Text.Json;
using System.Text.Json.Nodes;
using Pylon.Beckn;
using Pylon.Common.V1;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Beckn;

/// <summary>
/// The messages of the compute-energy flow below their context, in the wire shape of the Beckn 2.0.0 examples for
/// beckn.one:DEG:compute-energy:1.0 ("beckn:" payload). Pure.
/// </summary>
internal static class BecknMessages
{
    private const string Schema = "https://raw.githubusercontent.com/beckn/protocol-specifications-new/refs/heads/draft/schema/";
    private const string Core = Schema + "core/v2/context.jsonld";
    private const string ComputeEnergy = Schema + "ComputeEnergy/v1/context.jsonld";

    /// <summary>
    /// Asks for windows whose renewable mix is high enough and, where they are given, whose carbon intensity (gCO2/kWh) is low
    /// enough and whose capacity (MW) is enough. Prices stand in offers and times as times of day, which a filter of items
    /// cannot judge.
    /// </summary>
    public static JsonObject Discover(double minRenewableMix, double? maxCarbonIntensity, double? loadMw)
    {
        const string attributes = "@.beckn:itemAttributes.beckn";
        var condition = $"{attributes}:gridParameters.renewableMix >= {minRenewableMix:R}";
        if (maxCarbonIntensity is { } cap)
            condition += $" && {attributes}:gridParameters.carbonIntensity <= {cap:0.######}";
        if (loadMw is { } load)
            condition += $" && {attributes}:capacityParameters.availableCapacity >= {load:0.######}";
        return new JsonObject
        {
            ["text_search"] = "Grid flexibility windows",
            ["filters"] = new JsonObject { ["type"] = "jsonpath", ["expression"] = $"$[?({condition})]" },
        };
    }

    public static JsonObject Select(string orderId, Recommendation choice, ProviderOffer provider, BecknOptions options) =>
        Message(Order(orderId, "QUOTE_REQUESTED", choice, provider, options));

    public static JsonObject Init(string orderId, WorkloadRecord workload, Recommendation choice, ProviderOffer provider, BecknOptions options) =>
        Message(Booking(orderId, "INITIALIZED", "PENDING", workload, choice, provider, options));

    public static JsonObject Confirm(string orderId, WorkloadRecord workload, Recommendation choice, ProviderOffer provider, BecknOptions options)
    {
        var order = Booking(orderId, "CONFIRMED", "CONFIRMED", workload, choice, provider, options);
        order["beckn:payment"] = Typed(ComputeEnergy, "beckn:ComputeEnergyPayment", ("beckn:settlement", "next-billing-cycle"));
        return Message(order);
    }

    public static JsonObject Cancel(string orderId) => Message(new JsonObject { ["beckn:id"] = orderId });

    private static JsonObject Message(JsonObject order) => new() { ["order"] = order };

    private static JsonObject Order(string orderId, string status, Recommendation choice, ProviderOffer provider, BecknOptions options)
    {
        var item = new JsonObject
        {
            ["@type"] = "beckn:OrderItem",
            ["beckn:lineId"] = $"{orderId}-1",
            ["beckn:orderedItem"] = choice.ItemId,
            ["beckn:quantity"] = 1,
        };
        if (provider.Offer is { ValueKind: JsonValueKind.Object } offer)
            item["beckn:acceptedOffer"] = JsonObject.Create(offer);
        return Typed(
            Core,
            "beckn:Order",
            ("beckn:id", orderId),
            ("beckn:orderStatus", status),
            ("beckn:seller", choice.ProviderId),
            ("beckn:buyer", $"buyer-{options.BapId}"),
            ("beckn:orderItems", new JsonArray(item)));
    }

    private static JsonObject Booking(
        string orderId, string status, string fulfillmentStatus, WorkloadRecord workload, Recommendation choice, ProviderOffer provider, BecknOptions options)
    {
        var order = Order(orderId, status, choice, provider, options);
        if (workload.UserEmail is { } email)
            order["beckn:invoice"] = Typed(Core, "schema:Invoice", ("schema:customer", new JsonObject { ["email"] = email }));
        order["beckn:fulfillment"] = Typed(
            Core,
            "beckn:Fulfillment",
            ("beckn:id", $"fulfillment-{orderId}"),
            ("beckn:mode", "GRID-BASED"),
            ("beckn:status", fulfillmentStatus),
            ("beckn:deliveryAttributes", Delivery(workload, choice)));
        order["beckn:orderAttributes"] = Typed(
            ComputeEnergy,
            "beckn:ComputeEnergyOrder",
            ("beckn:requestType", "compute_slot_reservation"),
            ("beckn:priority", (workload.Urgency ?? "MEDIUM").ToLowerInvariant()),
            ("beckn:flexibilityLevel", "high"));
        return order;
    }

    /// <summary>Only what the workload states: a missing figure is not sent.</summary>
    private static JsonObject Delivery(WorkloadRecord workload, Recommendation choice)
    {
        var delivery = Typed(ComputeEnergy, "beckn:ComputeEnergyFulfillment");
        if (workload.ComputeLoadMw is { } load)
        {
            delivery["beckn:computeLoad"] = load;
            delivery["beckn:computeLoadUnit"] = "MW";
        }

        if (choice.Window is { } window)
        {
            delivery["beckn:timeWindow"] = new JsonObject
            {
                ["start"] = Time(window.StartTime.ToDateTimeOffset()),
                ["end"] = Time(window.EndTime.ToDateTimeOffset()),
            };
        }

        var metadata = new JsonObject { ["workloadType"] = workload.WorkloadType ?? "COMPUTE", ["workloadId"] = workload.Id.ToString() };
        if (workload.RequiredGpuMins is { } minutes)
            metadata["gpuHours"] = minutes / 60.0;
        if (workload.RequiredCpuCores is { } cores)
            metadata["cpuCores"] = cores;
        if (workload.RequiredMemoryGb is { } memory)
            metadata["memoryGb"] = memory;
        if (workload.MaxTotalGco2 is { } most)
        {
            metadata["carbonBudget"] = most / 1000;
            metadata["carbonBudgetUnit"] = "kgCO2";
        }

        delivery["beckn:workloadMetadata"] = metadata;
        return delivery;
    }

    private static JsonObject Typed(string context, string type, params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        var result = new JsonObject { ["@context"] = context, ["@type"] = type };
        foreach (var (name, value) in members)
            result[name] = value;
        return result;
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
}
