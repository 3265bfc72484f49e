using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pylon.Beckn;

namespace Pylon.Orchestrator.Catalog;

/// <summary>The catalogue of workloads in the shape of the seed's gateway: Beckn 1.1, with a workload as an item. Pure.</summary>
internal static class WorkloadCatalog
{
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The context of an answer.</summary>
    /// <param name="options">Our id and address.</param>
    /// <param name="transactionId">Of the search; empty for a new one.</param>
    /// <param name="messageId">Of the search; empty for a new one.</param>
    /// <param name="now">The timestamp.</param>
    public static Struct Context(BecknOptions options, string transactionId, string messageId, DateTimeOffset now) => ToStruct(new JsonObject
    {
        ["domain"] = "deg:compute",
        ["country"] = "GBR",
        ["city"] = "std:london",
        ["action"] = "on_search",
        ["core_version"] = "1.1.0",
        ["bg_id"] = options.BapId,
        ["bg_uri"] = options.BapUri.AbsoluteUri.TrimEnd('/'),
        ["transaction_id"] = transactionId.Length > 0 ? transactionId : Guid.CreateVersion7(now).ToString(),
        ["message_id"] = messageId.Length > 0 ? messageId : Guid.CreateVersion7(now).ToString(),
        ["timestamp"] = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"),
        ["ttl"] = "PT30M",
    });

    /// <summary>{"catalog": …}; with an acknowledgement when it answers a search.</summary>
    public static Struct Message(IEnumerable<OpenWorkload> workloads, bool isAnswer)
    {
        var message = new JsonObject();
        if (isAnswer)
            message["ack"] = new JsonObject { ["status"] = "ACK" };
        message["catalog"] = new JsonObject
        {
            ["descriptor"] = new JsonObject { ["name"] = "DEG Compute Workload Catalog", ["short_desc"] = "All available compute workloads" },
            ["providers"] = new JsonArray(new JsonObject
            {
                ["id"] = "deg-compute-gateway",
                ["descriptor"] = new JsonObject { ["name"] = "DEG Compute Gateway" },
                ["items"] = new JsonArray([.. workloads.Select(Item)]),
            }),
        };
        return ToStruct(message);
    }

    // A price that is not limited, or not known, is null and not 0.
    private static JsonObject Item(OpenWorkload workload) => new()
    {
        ["id"] = workload.JobId,
        ["descriptor"] = new JsonObject
        {
            ["name"] = workload.WorkloadType ?? workload.WorkloadName,
            ["code"] = workload.JobId,
            ["short_desc"] = $"{workload.WorkloadType ?? workload.WorkloadName} workload - {workload.Urgency ?? "MEDIUM"} priority",
        },
        ["price"] = new JsonObject { ["currency"] = "GBP", ["value"] = workload.MaxPriceGbp?.ToString(), ["estimated_value"] = null },
        ["quantity"] = new JsonObject
        {
            ["required"] = new JsonObject
            {
                ["gpu_mins"] = workload.RequiredGpuMins,
                ["cpu_cores"] = workload.RequiredCpuCores,
                ["memory_gb"] = workload.RequiredMemoryGb,
            },
            ["measure"] = new JsonObject { ["unit"] = "GPU-minutes", ["value"] = workload.RequiredGpuMins?.ToString() },
        },
        ["tags"] = new JsonObject
        {
            ["urgency"] = workload.Urgency,
            ["carbon_cap_gco2"] = workload.CarbonCapGco2,
            ["deferral_window_mins"] = workload.DeferralWindowMins,
            ["status"] = workload.Status,
            ["deadline"] = Time(workload.Deadline),
            ["source"] = workload.Source,
        },
        ["fulfillment_id"] = workload.HostDcId?.ToString(),
        ["time"] = new JsonObject { ["created"] = Time(workload.CreatedAt), ["deadline"] = Time(workload.Deadline) },
        ["_raw"] = JsonSerializer.SerializeToNode(workload, Snake),
    };

    private static string? Time(DateTime? time) => time?.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'");

    private static Struct ToStruct(JsonObject json) => JsonParser.Default.Parse<Struct>(json.ToJsonString());
}
