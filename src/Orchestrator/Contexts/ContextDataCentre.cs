namespace Pylon.Orchestrator.Contexts;

/// <summary>A data centre in a decision context.</summary>
internal sealed record ContextDataCentre
{
    public required Guid Id { get; init; }
    public required string DcId { get; init; }
    public required string Name { get; init; }
    public string? LocationRegion { get; init; }

    /// <summary>Null when it is in no known region.</summary>
    public RegionInfo? RegionInfo { get; init; }
    public double? Pue { get; init; }
    public double? TotalCapacityTeraflops { get; init; }
    public double? TotalCapacityMw { get; init; }
    public double? FlexibilityRating { get; init; }

    /// <summary>gCO2/kWh of its region; null when that is not known. 0 is 0.</summary>
    public double? CurrentCarbonIntensity { get; init; }

    /// <summary>For example carbon-intensity or synthetic.</summary>
    public string? CarbonIntensitySource { get; init; }

    /// <summary>Since the intensity became known.</summary>
    public double? CarbonIntensityAgeSeconds { get; init; }
    public double? CurrentLoadPercentage { get; init; }
    public required string Status { get; init; }

    /// <summary>user or synthetic.</summary>
    public required string Source { get; init; }
}
