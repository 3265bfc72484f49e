namespace Pylon.Orchestrator.Catalog;

/// <summary>A workload that looks for a place. The columns of compute_workloads have the units.</summary>
internal sealed record OpenWorkload
{
    public required Guid Id { get; init; }
    public required string JobId { get; init; }
    public required string WorkloadName { get; init; }
    public string? WorkloadType { get; init; }
    public string? Urgency { get; init; }
    public required string Status { get; init; }
    public Guid? HostDcId { get; init; }
    public int? RequiredGpuMins { get; init; }
    public int? RequiredCpuCores { get; init; }
    public double? RequiredMemoryGb { get; init; }
    public double? EstimatedEnergyKwh { get; init; }
    public double? CarbonCapGco2 { get; init; }
    public double? MaxPriceGbp { get; init; }
    public DateTime? Deadline { get; init; }
    public int? DeferralWindowMins { get; init; }
    public required DateTime CreatedAt { get; init; }

    /// <summary>user or synthetic.</summary>
    public required string Source { get; init; }
}
