using Pylon.Ingestion.V1;

namespace Pylon.Ingestion.Import;

/// <summary>What the lines of a series may say, and where it is kept.</summary>
internal sealed record ImportShape
{
    private const string Region = "region_id";
    private const string Forecast = "forecast";
    private const string Actual = "actual";
    private const string Index = "index";
    private const string CapturedAt = "captured_at";
    private static readonly string[] Windows = ["from", "to", "settlement_date", "settlement_period"];

    /// <summary>The word for it in the quarantine and on the command line.</summary>
    public required string Name { get; init; }

    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>Included.</summary>
    public required decimal Least { get; init; }

    /// <summary>Included.</summary>
    public required decimal Most { get; init; }

    /// <summary>To which values are rounded, as their table keeps them.</summary>
    public required int Decimals { get; init; }

    /// <summary>Where forecasts go, and where actuals; without region and with.</summary>
    public required IReadOnlyList<ImportTable> National { get; init; }

    public IReadOnlyList<ImportTable> Regional { get; init; } = [];

    /// <summary>Of Great Britain as a whole a zero was never true: it has been sent for want of a value.</summary>
    public decimal LeastOf(int? region) => Regional.Count > 0 && region is null or 18 ? 1 : Least;

    public bool HasForecasts => Columns.Contains(Forecast);

    public static ImportShape? Of(ImportedSeries series) => series switch
    {
        ImportedSeries.Unspecified or ImportedSeries.CarbonIntensity => CarbonIntensity,
        ImportedSeries.Demand => Demand,
        ImportedSeries.SystemPrice => SystemPrice,
        _ => null,
    };

    public static readonly ImportShape CarbonIntensity = new()
    {
        Name = "carbon-intensity",
        Columns = [Region, .. Windows, Forecast, Actual, Index, CapturedAt],
        Least = 0,
        Most = 1000,
        Decimals = 1,
        National = [ImportTable.NationalForecasts, ImportTable.NationalActuals],
        Regional = [ImportTable.RegionalForecasts, ImportTable.RegionalActuals],
    };

    public static readonly ImportShape Demand = new()
    {
        Name = "demand",
        Columns = [.. Windows, Forecast, Actual, CapturedAt],
        Least = 1,
        Most = 99_999,
        Decimals = 1,
        National = [ImportTable.DemandForecasts, ImportTable.DemandActuals],
    };

    public static readonly ImportShape SystemPrice = new()
    {
        Name = "system-price",
        Columns = [.. Windows, Actual],
        Least = -10_000,
        Most = 10_000,
        Decimals = 5,
        National = [ImportTable.SystemPrices],
    };
}
