namespace Pylon.Orchestrator.World;

/// <summary>A workload of the synthetic world; <paramref name="IsSkippedUnderStress"/> and the urgency say what a stressed grid makes of it.</summary>
internal sealed record SyntheticWorkload(
    Guid Id,
    string JobId,
    string Type,
    string Urgency,
    int RequiredGpuMins,
    double EstimatedEnergyKwh,
    double? CarbonCapGco2,
    double? MaxPriceGbp,
    TimeSpan Deadline,
    int DeferralWindowMins,
    Guid HostDcId,
    bool IsSkippedUnderStress);
