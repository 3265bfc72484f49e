using Pylon.Ingestion.Series;
using Pylon.Ingestion.Sources;
using Pylon.Rpc;

namespace Pylon.Ingestion.Import;

/// <summary>Where the columns of a file are: the position of each, -1 when the file has it not.</summary>
internal sealed class ImportColumns
{
    private const int LongestShown = 40;

    private readonly List<string> _names;

    private ImportColumns(List<string> names)
    {
        _names = names;
        (Region, From, To) = (names.IndexOf("region_id"), names.IndexOf("from"), names.IndexOf("to"));
        (Date, Period) = (names.IndexOf("settlement_date"), names.IndexOf("settlement_period"));
        (Forecast, Actual, Index) = (names.IndexOf("forecast"), names.IndexOf("actual"), names.IndexOf("index"));
        CapturedAt = names.IndexOf("captured_at");
    }

    public int Count => _names.Count;

    public int Region { get; }

    public int From { get; }

    public int To { get; }

    public int Date { get; }

    public int Period { get; }

    public int Forecast { get; }

    public int Actual { get; }

    public int Index { get; }

    public int CapturedAt { get; }

    public int Of(string name) => _names.IndexOf(name);

    /// <summary>Reads the line that names the columns; refuses it when a file of this series cannot have them.</summary>
    public static ImportColumns Read(string header, SeriesDefinition series)
    {
        var names = Csv.Read(header).Names.Select(name => name.ToLowerInvariant()).ToList();
        if (names.Count == 0)
            throw Wrong("must begin with a line that names the columns");
        var known = Of(series);
        if (names.Find(name => !known.Contains(name)) is { } unknown)
            throw Wrong($"must have in its first line only columns of {series.Name}, and {Shown(unknown)} is none of them: {string.Join(", ", known)}");
        if (names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } repeated)
            throw Wrong($"must name the column {repeated.Key} once");

        var columns = new ImportColumns(names);
        if (columns.Date >= 0 != columns.Period >= 0)
            throw Wrong("must have settlement_date and settlement_period together");
        if (columns.From < 0 && columns.Date < 0)
            throw Wrong("must have the column from, or settlement_date and settlement_period");
        if (columns.Forecast < 0 && columns.Actual < 0)
            throw Wrong(series.Forecasts is not null ? "must have the column forecast or actual" : "must have the column actual");
        if (columns.CapturedAt >= 0 && columns.Forecast < 0)
            throw Wrong("must have the column forecast when it has captured_at");
        return columns;
    }

    private static List<string> Of(SeriesDefinition series) =>
    [
        .. Where(series.IsRegional, "region_id"), "from", "to", "settlement_date", "settlement_period", .. Where(series.Forecasts is not null, "forecast"),
        .. Where(series.Actuals is not null, "actual"), .. Where(series.Actuals is { HasIndex: true }, "index"), .. Where(series.Forecasts is not null, "captured_at"),
    ];

    // The first line may be anything: a line of values, or no text at all.
    private static string Shown(string name)
    {
        var text = string.Concat(name.Where(c => !char.IsControl(c)).Take(LongestShown + 1));
        return text.Length == 0 ? "a column without a name" : text.Length > LongestShown ? text[..LongestShown] + "…" : text;
    }

    private static string[] Where(bool has, string column) => has ? [column] : [];

    private static RefusalException Wrong(string rule) => Refusal.InvalidArgument("data", rule).AsException();
}
