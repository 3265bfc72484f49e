namespace Pylon.Orchestrator.Contexts;

/// <summary>Great Britain in one half hour; null is not known. The units are in the names.</summary>
internal sealed record GridSignal
{
    public DateTime? Timestamp { get; init; }
    public int? SettlementPeriod { get; init; }

    /// <summary>gCO2/kWh.</summary>
    public double? CarbonIntensityForecast { get; init; }

    /// <summary>gCO2/kWh, measured.</summary>
    public double? CarbonIntensityActual { get; init; }
    public string? CarbonIndex { get; init; }
    public double? DemandMw { get; init; }

    /// <summary>0 to 1, from the demand.</summary>
    public double? GridStressScore { get; init; }

    /// <summary>The latest known price; of a forecast half hour null.</summary>
    public double? WholesalePriceGbpMwh { get; init; }
    public string? DataSource { get; init; }
    public required bool IsForecast { get; init; }

    /// <summary>When the carbon intensity became known.</summary>
    public DateTime? FetchedAt { get; init; }

    /// <summary>True when one of the values is synthetic.</summary>
    public required bool Synthetic { get; init; }
    public required bool Stale { get; init; }
}
