namespace Pylon.Insights.Recommendations;

/// <summary>A hotspot that needs recommendations, with its entity.</summary>
internal sealed record DueHotspot
{
    public required Guid Id { get; init; }
    public required Guid OperatorId { get; init; }
    public required long EntityRef { get; init; }
    public required string Entity { get; init; }
    public required string EntityType { get; init; }
    public required string Kind { get; init; }
    public required string Cause { get; init; }

    /// <summary>Of the worst hour: what was emitted, kg CO2e.</summary>
    public required double PredictedCo2 { get; init; }

    /// <summary>Of the worst hour: what is normal, kg CO2e.</summary>
    public required double BaselineCo2 { get; init; }
    public required double PercentAbove { get; init; }

    /// <summary>The event with the most emissions of the worst hour; null for a region.</summary>
    public string? EventId { get; init; }

    /// <summary>1 to 18; null when it is not known.</summary>
    public int? RegionId { get; init; }
}
