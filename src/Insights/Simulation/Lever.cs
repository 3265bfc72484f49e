using Pylon.Insights.Inputs;

namespace Pylon.Insights.Simulation;

/// <summary>One change of a scenario.</summary>
/// <param name="Name">As in <see cref="LeverNames"/>.</param>
internal abstract record Lever(string Name)
{
    /// <summary>Inputs with other values: another vehicle, fuel, or anything else by its name.</summary>
    /// <param name="Name">vehicle, load_factor, renewable_share or inputs.</param>
    /// <param name="Values">decimal, string or bool by the name of the feature.</param>
    public sealed record Replace(string Name, IReadOnlyList<KeyValuePair<string, object>> Values) : Lever(Name);

    /// <summary>The freight goes by another mode.</summary>
    /// <param name="Name">mode_shift, or air_to_sea, which applies to flights alone.</param>
    /// <param name="To">A word of vehicle_type.</param>
    /// <param name="DistanceFactor">New kilometres for each old one.</param>
    public sealed record ModeShift(string Name, string To, decimal DistanceFactor) : Lever(Name);

    /// <summary>Fewer kilometres.</summary>
    /// <param name="Reduction">0 to 1.</param>
    public sealed record Distance(decimal Reduction) : Lever(LeverNames.Distance);

    /// <summary>Less energy.</summary>
    /// <param name="Reduction">0 to 1.</param>
    public sealed record Efficiency(decimal Reduction) : Lever(LeverNames.Efficiency);

    /// <summary>The work waits for a better time.</summary>
    /// <param name="Slack">How much later it may end.</param>
    /// <param name="IsInterruptible">It may stop and go on.</param>
    public sealed record TimeShift(TimeSpan Slack, bool IsInterruptible) : Lever(LeverNames.TimeShift);

    /// <summary>The work goes to a better place.</summary>
    /// <param name="Zones">Where it may go; all of the scenario when empty.</param>
    /// <param name="Slack">How much later it may end; null: at the same time as before.</param>
    /// <param name="IsInterruptible">It may stop and go on; only with a slack.</param>
    public sealed record ZoneShift(IReadOnlyList<CandidateZone> Zones, TimeSpan? Slack, bool IsInterruptible) : Lever(LeverNames.ZoneShift);
}

/// <summary>Where work may go.</summary>
/// <param name="Zone">A zone of the scenario's carbon; empty for a region.</param>
/// <param name="RegionId">1 to 18, read from Ingestion; null for a zone.</param>
/// <param name="Pue">Power usage effectiveness there; null for that of the series or the features.</param>
internal sealed record CandidateZone(string Zone, int? RegionId, decimal? Pue)
{
    public string Name => RegionId is { } region ? region.ToString() : Zone;
}
