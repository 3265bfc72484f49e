using Pylon.Ingestion.V1;

namespace Pylon.Ingestion.Series;

/// <summary>
/// A series of half hours. All that is done with it follows from this description: staging and merging, importing,
/// reading, quarantine. A new one is a definition here, a migration for its table, and a line in the parser of its source.
/// </summary>
/// <param name="Name">In the quarantine and on the command line.</param>
/// <param name="Unit">Of its values.</param>
/// <param name="Least">Included; of Great Britain when it differs by region.</param>
/// <param name="Most">Included.</param>
/// <param name="Suppliers">The sources that give it; any of them may be missing.</param>
internal sealed record SeriesDefinition(string Name, string Unit, decimal Least, decimal Most, IReadOnlyList<string> Suppliers)
{
    /// <summary>How ListSignals and GetForecast name it; unspecified when they do not have it.</summary>
    public GridSeries Listed { get; init; }

    /// <summary>How ImportSeries names it; unspecified when it cannot be imported.</summary>
    public ImportedSeries Imported { get; init; }

    /// <summary>Half hours without a value are filled with a synthetic one.</summary>
    public bool HasSynthetic { get; init; }

    /// <summary>Null when no source forecasts it.</summary>
    public SeriesTable? Forecasts { get; init; }

    /// <summary>Null when no source measures it.</summary>
    public SeriesTable? Actuals { get; init; }

    /// <summary>The same by region.</summary>
    public SeriesTable? RegionalForecasts { get; init; }

    /// <inheritdoc cref="RegionalForecasts"/>
    public SeriesTable? RegionalActuals { get; init; }

    public IEnumerable<SeriesTable> Tables => new[] { Forecasts, Actuals, RegionalForecasts, RegionalActuals }.OfType<SeriesTable>();

    public bool IsRegional => RegionalForecasts is not null;

    /// <summary>A region can run on wind alone; Great Britain (no region, or 18) cannot: sources have sent 0 for a missing value.</summary>
    public decimal LeastOf(int? region) => IsRegional && region is not (null or 18) ? 0 : Least;

    public SeriesTable? Table(bool isForecast, bool isRegional) =>
        isRegional ? isForecast ? RegionalForecasts : RegionalActuals : isForecast ? Forecasts : Actuals;

    public static readonly SeriesDefinition CarbonIntensity = new("carbon-intensity", "gCO2/kWh", 1, 1000, ["carbon-intensity", "neso"])
    {
        Listed = GridSeries.CarbonIntensity,
        Imported = ImportedSeries.CarbonIntensity,
        HasSynthetic = true,
        Forecasts = SeriesTable.Intensity(isRegional: false, isForecast: true),
        Actuals = SeriesTable.Intensity(isRegional: false, isForecast: false),
        RegionalForecasts = SeriesTable.Intensity(isRegional: true, isForecast: true),
        RegionalActuals = SeriesTable.Intensity(isRegional: true, isForecast: false),
    };

    public static readonly SeriesDefinition GenerationMix = new("generation-mix", "%", 0, 100, ["carbon-intensity"])
    {
        HasSynthetic = true,
        Forecasts = SeriesTable.Mix(isRegional: false),
        RegionalForecasts = SeriesTable.Mix(isRegional: true),
    };

    public static readonly SeriesDefinition Demand = new("demand", "MW", 1, 99_999, ["neso", "elexon"])
    {
        Listed = GridSeries.Demand,
        Imported = ImportedSeries.Demand,
        HasSynthetic = true,
        Forecasts = new SeriesTable("demand_forecast_national", "demand_mw", isForecast: true)
        {
            Decimals = 1,
            Label = "cardinal_point",
            Further = SeriesTable.Settlement,
            HasLongerWindows = true,
            Read = "t.cardinal_point = ''",
            Replaces = ["demand_forecast_national"],
        },
        Actuals = new SeriesTable("demand_actual_national", "demand_mw", isForecast: false)
        {
            Decimals = 1,
            Others = [("transmission_demand_mw", 1)],
            Further = SeriesTable.Settlement,
            IsContinuous = true,
            Replaces = ["demand_forecast_national"],
        },
    };

    /// <summary>The price of imbalance: the sell price, and as a further number the buy price.</summary>
    public static readonly SeriesDefinition SystemPrice = new("system-price", "GBP/MWh", -10_000, 10_000, ["elexon"])
    {
        Listed = GridSeries.SystemPrice,
        Imported = ImportedSeries.SystemPrice,
        HasSynthetic = true,
        Actuals = SeriesTable.Price("system", "true", ["wholesale_prices"]),
    };

    /// <summary>By provider; readers get the one whose market is liquid, where anything was traded.</summary>
    public static readonly SeriesDefinition MarketIndexPrice = new("market-index-price", "GBP/MWh", -10_000, 10_000, ["elexon"])
    {
        Listed = GridSeries.MarketIndexPrice,
        Actuals = SeriesTable.Price("market_index", "t.provider = 'APXMIDP' AND t.volume_mwh > 0", []),
    };

    /// <summary>Wind and sun below the transmission grid: the wind, and as further numbers its capacity, the sun and its capacity.</summary>
    public static readonly SeriesDefinition EmbeddedGeneration = new("embedded-generation", "MW", 0, 99_999, ["neso"])
    {
        Forecasts = new SeriesTable("embedded_generation_forecast", "wind_mw", isForecast: true)
        {
            Decimals = 1,
            Others = [("wind_capacity_mw", 1), ("solar_mw", 1), ("solar_capacity_mw", 1)],
        },
    };

    /// <summary>Positive when the system was short, negative when it was long.</summary>
    public static readonly SeriesDefinition ImbalanceVolume = new("imbalance-volume", "MWh", -1_000_000, 1_000_000, ["elexon"])
    {
        Listed = GridSeries.ImbalanceVolume,
        Imported = ImportedSeries.ImbalanceVolume,
        Actuals = new SeriesTable("imbalance_volume", "volume_mwh", isForecast: false) { Decimals = 4, Further = SeriesTable.Settlement, IsContinuous = true },
    };

    public static readonly IReadOnlyList<SeriesDefinition> All = [CarbonIntensity, GenerationMix, Demand, SystemPrice, MarketIndexPrice, EmbeddedGeneration, ImbalanceVolume];
}
