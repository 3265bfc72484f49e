using Pylon.Insights.Inputs;

namespace Pylon.Insights.Simulation;

/// <summary>A baseline, and what is done in another way.</summary>
internal sealed record Scenario
{
    /// <summary>The kind: logistics, factory, warehouse, delivery or compute.</summary>
    public required string ScenarioType { get; init; }

    /// <summary>As it is.</summary>
    public required Features Baseline { get; init; }

    /// <summary>In the order in which they are applied.</summary>
    public required IReadOnlyList<Lever> Levers { get; init; }

    /// <summary>measured, reported, estimated or synthetic.</summary>
    public string Source { get; init; } = "reported";

    /// <summary>1 to 18: whose carbon intensity its electricity has; null for <see cref="Carbon"/> or the annual factor.</summary>
    public int? RegionId { get; init; }

    /// <summary>When it begins; null for the start of <see cref="Carbon"/>, else now.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>How long it takes; null for shift_hours, else one step.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Carbon intensities that are given, its own place first; all with one start and step.</summary>
    public IReadOnlyList<ZoneSeries> Carbon { get; init; } = [];

    /// <summary>What it costs, GBP; for a comparison.</summary>
    public decimal? CostGbp { get; init; }
}
