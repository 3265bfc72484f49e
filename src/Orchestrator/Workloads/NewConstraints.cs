namespace Pylon.Orchestrator.Workloads;

/// <summary>Constraints that a replay changes; what is null stays as it is.</summary>
internal sealed record NewConstraints
{
    public static NewConstraints None { get; } = new();

    public double? CarbonCapGco2 { get; init; }
    public double? MaxTotalGco2 { get; init; }
    public double? MaxPriceGbp { get; init; }
    public DateTimeOffset? Deadline { get; init; }
    public int? DeferralWindowMins { get; init; }

    /// <summary>Constraints to drop, as the database statement names them: CARBON_CAP, DELAY and so on.</summary>
    public IReadOnlyList<string> Remove { get; init; } = [];
}
