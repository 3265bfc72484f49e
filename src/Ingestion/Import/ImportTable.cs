namespace Pylon.Ingestion.Import;

/// <summary>A table that imported values go into, as the statements of <see cref="ImportSql"/> need to know it.</summary>
/// <param name="Name">Partitioned by the month of window_start.</param>
/// <param name="IsForecast">A row for each capture; else one row that a revision overwrites.</param>
/// <param name="Value">The column of the value.</param>
/// <param name="Staged">The column of the staging table with it.</param>
/// <param name="Further">Further columns, comma before each, of the table.</param>
/// <param name="FurtherStaged">The same from the staging table <c>s</c>.</param>
internal sealed record ImportTable(string Name, bool IsForecast, string Value, string Staged, string Further, string FurtherStaged)
{
    private const string Settlement = ", settlement_date, settlement_period";
    private const string SettlementStaged = ", s.settlement_date, s.settlement_period";

    /// <summary>What tells two half hours apart, beside source and capture.</summary>
    public string Key { get; init; } = "window_start";

    /// <summary>What is set with the value, comma before.</summary>
    public string AlsoSet { get; init; } = "";

    /// <summary>Which rows of the table are meant.</summary>
    public string Only { get; init; } = "true";

    /// <summary>Tables whose made-up rows of the same half hour a real value ends, with the condition on them.</summary>
    public IReadOnlyList<(string Table, string Only)> Ends { get; init; } = [];

    public static readonly ImportTable NationalForecasts =
        new("carbon_intensity_national", true, "forecast_gco2_kwh", "forecast", ", index", ", s.forecast_index")
        {
            AlsoSet = ", index = s.forecast_index",
            Only = "t.forecast_gco2_kwh IS NOT NULL",
            Ends = [("carbon_intensity_national", "true")],
        };

    public static readonly ImportTable NationalActuals =
        new("carbon_intensity_national", false, "actual_gco2_kwh", "actual", ", index", ", s.actual_index")
        {
            AlsoSet = ", index = s.actual_index",
            Only = "t.actual_gco2_kwh IS NOT NULL",
        };

    public static readonly ImportTable RegionalForecasts = NationalForecasts with
    {
        Name = "carbon_intensity_regional",
        Key = "region_id, window_start",
        Ends = [("carbon_intensity_regional", "true"), ("generation_mix_regional", "true")],
    };

    public static readonly ImportTable RegionalActuals = NationalActuals with { Name = "carbon_intensity_regional", Key = "region_id, window_start" };

    public static readonly ImportTable DemandForecasts = new("demand_forecast_national", true, "demand_mw", "forecast", Settlement, SettlementStaged)
    {
        Only = "t.cardinal_point = ''",
        Ends = [("demand_forecast_national", "true")],
    };

    public static readonly ImportTable DemandActuals = new("demand_actual_national", false, "demand_mw", "actual", Settlement, SettlementStaged);

    public static readonly ImportTable SystemPrices =
        new("wholesale_prices", false, "price_gbp_mwh", "actual", Settlement + ", price_type", SettlementStaged + ", 'system'")
        {
            Only = "t.price_type = 'system' AND t.provider = ''",
            Ends = [("wholesale_prices", "t.price_type = 'system'")],
        };

    /// <summary>The key of both sides, for a join of the table <c>t</c> and the staging table <c>s</c>.</summary>
    public string SameKey => string.Join(" AND ", Key.Split(", ").Select(column => $"t.{column} = s.{column}"));
}
