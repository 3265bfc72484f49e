using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Sources;

/// <summary>The carbon intensity of a half hour in gCO2/kWh; of Great Britain when there is no region.</summary>
/// <param name="Index">As the source names it; null leaves it to the bands of the year.</param>
internal sealed record IntensityValue(int? RegionId, DateTimeOffset Start, decimal? Forecast, decimal? Actual, string? Index);

/// <summary>The generation mix of a half hour; of Great Britain when there is no region.</summary>
internal sealed record MixValue(int? RegionId, DateTimeOffset Start, IReadOnlyList<FuelPercent> Mix);

/// <summary>A demand in MW that is expected.</summary>
/// <param name="CardinalPoint">Empty for a half hour; else the name of the point, an extreme within a longer window.</param>
/// <param name="PublishedAt">Null when the source does not say.</param>
/// <param name="Details">The row as it came, a JSON object.</param>
internal sealed record DemandForecastValue(
    DateTimeOffset Start, DateTimeOffset End, SettlementPeriod Period, string CardinalPoint, decimal Mw, DateTimeOffset? PublishedAt, string Details);

/// <summary>A demand in MW that was metered.</summary>
internal sealed record DemandActualValue(SettlementPeriod Period, decimal Mw, decimal? TransmissionMw, string Details);

/// <summary>A price in GBP/MWh; negative ones are real.</summary>
internal sealed record PriceValue(
    SettlementPeriod Period, string Type, string Provider, decimal Price, decimal? BuyPrice, decimal? VolumeMwh, string Details)
{
    public const string System = "system";
    public const string MarketIndex = "market_index";
}

/// <summary>Wind and sun below the transmission grid, in MW, that are expected.</summary>
internal sealed record EmbeddedValue(DateTimeOffset Start, decimal WindMw, decimal? WindCapacityMw, decimal SolarMw, decimal? SolarCapacityMw);
