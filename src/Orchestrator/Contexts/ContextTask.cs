namespace Pylon.Orchestrator.Contexts;

/// <summary>A workload in a decision context. The columns of compute_workloads have the units.</summary>
internal record ContextTask
{
    public required Guid WorkloadId { get; init; }
    public required string JobId { get; init; }
    public string? WorkloadType { get; init; }
    public string? Urgency { get; init; }
    public required string Status { get; init; }
    public int? RequiredGpuMins { get; init; }
    public int? RequiredCpuCores { get; init; }
    public double? RequiredMemoryGb { get; init; }
    public double? EstimatedEnergyKwh { get; init; }
    public double? ComputeLoadMw { get; init; }
    public double? CarbonCapGco2 { get; init; }
    public double? MaxTotalGco2 { get; init; }
    public double? MaxPriceGbp { get; init; }
    public DateTime? Deadline { get; init; }
    public int? DeferralWindowMins { get; init; }

    /// <summary>The data centre that it is at; null for none.</summary>
    public Guid? HostDcId { get; init; }
    public required DateTime CreatedAt { get; init; }

    /// <summary>user or synthetic.</summary>
    public required string Source { get; init; }
}
