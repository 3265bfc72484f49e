namespace Pylon.Orchestrator.Contexts;

/// <summary>A region in the half hour that contained as_known_at.</summary>
internal sealed record RegionalSignal
{
    public required int RegionId { get; init; }
    public DateTime? Timestamp { get; init; }

    /// <summary>gCO2/kWh.</summary>
    public required double CarbonIntensityForecast { get; init; }

    /// <summary>The source measures no region: always null.</summary>
    public double? CarbonIntensityActual { get; init; }
    public required string CarbonIndex { get; init; }
    public DateTime? FetchedAt { get; init; }
    public required RegionInfo Regions { get; init; }
    public required string DataSource { get; init; }
    public required bool Synthetic { get; init; }
    public required bool Stale { get; init; }
    public required IReadOnlyList<FuelPercentage> GenerationMix { get; init; }
}

/// <summary>What a region is called.</summary>
internal sealed record RegionInfo(string ShortName, string Country, int RegionId);

/// <summary>The share of a fuel, 0 to 100.</summary>
internal sealed record FuelPercentage(string FuelType, double Percentage);
