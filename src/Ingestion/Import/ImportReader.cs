using System.Text;
using System.Text.Unicode;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Sources;
using Pylon.Rpc;

namespace Pylon.Ingestion.Import;

/// <summary>
/// Reads lines one by one by the rules that hold for the sources (<see cref="Row"/>), with a short cut for lines as
/// programs write them (<see cref="PlainLine"/>), which are nearly all.
/// </summary>
internal sealed class ImportReader(SeriesDefinition series, ImportColumns columns, DateTimeOffset now)
{
    public const string Repeated = "an earlier line has the same half hour";

    // Outside of these bounds a time is a mistake, and each month takes a partition.
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan FurthestAhead = TimeSpan.FromDays(366);
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    private readonly int _decimals = series.Tables.First().Decimals;
    private readonly PlainLine _plain = new(columns);
    private readonly SeenHalfHours _forecasts = new();
    private readonly SeenHalfHours _actuals = new();

    /// <summary>Null for a good line, else what is wrong with it.</summary>
    public string? Read(ReadOnlySpan<byte> line, long number, out ImportValue value)
    {
        if (!Utf8.IsValid(line))
            throw Refusal.InvalidArgument("data", $"must be UTF-8 text, and line {number} is not").AsException();
        if (!_plain.TryRead(line, out value) && ReadSlowly(Encoding.UTF8.GetString(line), number, out value) is { } problem)
            return problem;
        value = value with { Forecast = Rounded(value.Forecast), Actual = Rounded(value.Actual) };
        return Check(value) ?? (IsRepeated(value) ? Repeated : null);
    }

    private decimal? Rounded(decimal? value) =>
        value is { } number ? Math.Round(number, _decimals, MidpointRounding.AwayFromZero) : null;

    private string? Check(in ImportValue value)
    {
        if (value.Start < Earliest)
            return $"the half hour is before {Earliest:yyyy}";
        if (value.Start > now + FurthestAhead)
            return "the half hour is more than a year ahead";
        if (value.Forecast is null && value.Actual is null)
            return columns.Forecast < 0 ? "actual is missing" : "neither a forecast nor an actual";
        if (columns.CapturedAt >= 0 && value.Forecast is not null && value.CapturedAt is null)
            return "captured_at is missing";
        if (value.CapturedAt > now + ClockTolerance)
            return "captured_at is in the future";
        return Range("forecast", value.Forecast, value.RegionId) ?? Range("actual", value.Actual, value.RegionId);
    }

    private string? Range(string name, decimal? value, int? region)
    {
        var least = series.LeastOf(region);
        return value is { } number && (number < least || number > series.Most) ? $"{name} {number} is not from {least} to {series.Most}" : null;
    }

    // Forecasts with a time of capture repeat their half hour by their nature; of those the staging table knows.
    private bool IsRepeated(in ImportValue value) =>
        (value.Forecast is not null && columns.CapturedAt < 0 && !_forecasts.Add(value.RegionId, value.Start))
        | (value.Actual is not null && !_actuals.Add(value.RegionId, value.Start));

    private string? ReadSlowly(string line, long number, out ImportValue value)
    {
        var fields = CsvFile.Records(line).Select(record => record.Fields).FirstOrDefault([]);
        var row = new Row(name => columns.Of(name) is >= 0 and var n && n < fields.Count ? fields[n] : null, line, number);
        if (fields.Count != columns.Count)
            row.Fail($"{fields.Count} columns, and the first line names {columns.Count}");
        int? region = columns.Region < 0 ? null : Region(row);
        var start = Start(row);
        var index = row.Text("index");
        if (index is not null && !CarbonIndex.Names.Contains(index))
            row.Fail($"index '{index}' is not one of {string.Join(", ", CarbonIndex.Names)}");
        value = new ImportValue(
            region, start,
            columns.Forecast < 0 ? null : row.OptionalNumber("forecast", decimal.MinValue, decimal.MaxValue),
            columns.Actual < 0 ? null : row.OptionalNumber("actual", decimal.MinValue, decimal.MaxValue),
            index,
            row.Text("captured_at") is null ? null : row.Time("captured_at"));
        return row.Problem;
    }

    private static int Region(Row row)
    {
        var id = row.Number("region_id", 1, 18);
        if (id != Math.Truncate(id))
            row.Fail("region_id is not a whole number");
        return (int)id;
    }

    private DateTimeOffset Start(Row row)
    {
        var period = columns.Date < 0 ? default : row.Period("settlement_date", "settlement_period");
        var start = columns.From < 0 ? default : row.HalfHourFrom("from", "to");
        if (row.Problem is not null || columns.Date < 0)
            return start;
        if (columns.From >= 0 && start != period.Start)
            row.Fail("from is not the start of the settlement period");
        if (row.Text("to") is not null && row.Time("to") != period.End)
            row.Fail("to is not the end of the settlement period");
        return period.Start;
    }
}
