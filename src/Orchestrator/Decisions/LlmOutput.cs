using System.Text.Json;
using System.Text.Json.Serialization;
using Pylon.Orchestrator.Contexts;

namespace Pylon.Orchestrator.Decisions;

/// <summary>The options for a workload, in the LLM Output Schema of the seed; docs/decisions.md.</summary>
internal sealed record LlmOutput
{
    /// <summary>In the order of the context.</summary>
    public required IReadOnlyList<DataCentreOption> DataCentreOptions { get; init; }
    public required LlmTask Task { get; init; }

    [JsonPropertyName("_metadata")]
    public required LlmMetadata Metadata { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, ContextDocument.Json);

    /// <summary>The best option that can take the work; null when none can.</summary>
    public DataCentreOption? Best => DataCentreOptions.Where(o => o.ComputeProfile.AvailableForTask).MinBy(o => o.Rank);
}

/// <summary>What was submitted.</summary>
internal sealed record LlmTask(
    string JobId,
    string? WorkloadType,
    string? Urgency,
    int? RequiredGpuMins,
    int? RequiredCpuCores,
    double? RequiredMemoryGb,
    double? EstimatedEnergyKwh,
    double? CarbonCapGco2,
    double? MaxPriceGbp,
    DateTime? Deadline,
    int? DeferralWindowMins,
    DateTime CreatedAt);

/// <summary>Where an output comes from.</summary>
internal sealed record LlmMetadata
{
    /// <summary>The job_id.</summary>
    public required string TaskId { get; init; }
    public required Guid ContextId { get; init; }
    public required DateTime GeneratedAt { get; init; }
    public required int DcCount { get; init; }

    /// <summary>Who gave the scores in the end: the engine, or the model that was heard.</summary>
    public required string Model { get; init; }

    /// <summary>What scored first.</summary>
    public required string Engine { get; init; }

    /// <summary>The urgency whose weights counted.</summary>
    public required string Weights { get; init; }

    /// <summary>Why the model was not heard; null when it was, or was not asked.</summary>
    public string? LlmError { get; init; }

    /// <summary>For people; null when there is nothing to say.</summary>
    public string? Message { get; init; }
}
