using System.Globalization;
using nietras.SeparatedValues;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;
using Pylon.Ingestion.Sources;

namespace Pylon.Ingestion.Import;

/// <summary>
/// Reads lines by the rules that hold for the sources (<see cref="Row"/>), after an attempt without strings, which is
/// enough for nearly all of them.
/// </summary>
internal sealed class ImportReader(SeriesDefinition series, ImportColumns columns, DateTimeOffset now)
{
    public const string Repeated = "an earlier line has the same half hour";

    // Outside of these bounds a time is a mistake, and each month takes a partition.
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan FurthestAhead = TimeSpan.FromDays(366);
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    private readonly int _decimals = series.Tables.First().Decimals;
    private readonly LatestTime _from = new();
    private readonly LatestTime _to = new();
    private readonly SeenHalfHours _forecasts = new();
    private readonly SeenHalfHours _actuals = new();

    /// <summary>Lines that were not empty.</summary>
    public long LinesRead { get; private set; }

    /// <summary>The good lines of the block read last.</summary>
    public List<ImportedLine> Good { get; } = [];

    /// <summary>The bad lines since it was cleared.</summary>
    public List<Rejected> Rejected { get; } = [];

    /// <param name="block">Whole lines.</param>
    /// <param name="number">Of the first of them.</param>
    public void Read(string block, long number)
    {
        Good.Clear();
        block = block.Replace("\r\n", "\n");
        if (block.AsSpan().IndexOfAny('"', '\r') < 0)
        {
            using var reader = Csv.Plain.FromText(block);
            foreach (var row in reader)
                Read(row, row.Span, number++, isPlain: true);
            return;
        }

        // A line is a row: a quote that is not closed must not reach into the lines after it.
        foreach (var line in block.Split('\n'))
        {
            using var reader = Csv.Quoted.FromText(line.Replace("\r", ""));
            foreach (var row in reader)
                Read(row, line.AsSpan().TrimEnd('\r'), number, isPlain: false);
            number++;
        }
    }

    private void Read(SepReader.Row row, ReadOnlySpan<char> line, long number, bool isPlain)
    {
        if (line.IsWhiteSpace())
            return;
        LinesRead++;
        var problem = isPlain && TryRead(row, number, out var value) ? null : ReadByNames(row, line.ToString(), number, out value);
        problem ??= Check(value) ?? (IsRepeated(value) ? Repeated : null);
        if (problem is null)
            Good.Add(value);
        else
            Rejected.Add(new Rejected(problem, line.ToString(), number));
    }

    private string? Check(in ImportedLine value)
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

    // As it will be stored.
    private string? Range(string name, decimal? value, int? region)
    {
        if (value is not { } given)
            return null;
        var (number, least) = (Math.Round(given, _decimals, MidpointRounding.AwayFromZero), series.LeastOf(region));
        return number < least || number > series.Most ? $"{name} {number} is not from {least} to {series.Most}" : null;
    }

    // Forecasts with a time of capture repeat their half hour by their nature; of those the staging table knows.
    private bool IsRepeated(in ImportedLine value) =>
        (value.Forecast is not null && columns.CapturedAt < 0 && !_forecasts.Add(value.RegionId, value.Start))
        | (value.Actual is not null && !_actuals.Add(value.RegionId, value.Start));

    // As Row reads them, without a string for each field; false leaves it to Row to say what is wrong.
    private bool TryRead(SepReader.Row row, long number, out ImportedLine value)
    {
        value = default;
        if (row.ColCount != columns.Count || columns.From < 0 || columns.Date >= 0 || columns.CapturedAt >= 0)
            return false;
        var region = 0;
        if (columns.Region >= 0 && (!int.TryParse(row[columns.Region].Span, CultureInfo.InvariantCulture, out region) || region is < 1 or > 18))
            return false;
        if (!_from.TryRead(row[columns.From].Span, out var start) || HalfHour.Containing(start) != start)
            return false;
        if (columns.To >= 0 && row[columns.To].Span is { IsEmpty: false } to && (!_to.TryRead(to, out var end) || end != start + HalfHour.Length))
            return false;
        string? index = null;
        if (columns.Index >= 0 && row[columns.Index].Span is { IsEmpty: false } named && (index = CarbonIndex.Find(named)) is null)
            return false;
        if (!TryNumber(row, columns.Forecast, out var forecast) || !TryNumber(row, columns.Actual, out var actual))
            return false;
        value = new ImportedLine(number, null, columns.Region < 0 ? null : region, start, forecast, actual, index, null);
        return true;
    }

    private static bool TryNumber(SepReader.Row row, int column, out decimal? value)
    {
        value = null;
        if (column < 0 || row[column].Span is not { IsEmpty: false } text)
            return true;
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return false;
        value = number;
        return true;
    }

    private string? ReadByNames(SepReader.Row sep, string line, long number, out ImportedLine value)
    {
        var fields = Csv.Fields(sep);
        var row = new Row(name => columns.Of(name) is >= 0 and var n && n < fields.Length ? fields[n] : null, line, number);
        if (fields.Length != columns.Count)
            row.Fail($"{fields.Length} {(fields.Length == 1 ? "column" : "columns")}, and the first line names {columns.Count}");
        // Not in any text of PostgreSQL; a field that is read says so itself.
        if (row.Problem is null && line.Contains('\0') && columns.CapturedAt >= 0)
            row.Fail("a text has a NUL character");
        int? region = columns.Region < 0 ? null : Region(row);
        var start = Start(row);
        var index = row.Text("index");
        if (index is not null && !CarbonIndex.Names.Contains(index))
            row.Fail($"index '{index}' is not one of {string.Join(", ", CarbonIndex.Names)}");
        value = new ImportedLine(
            number, columns.CapturedAt < 0 ? null : line, region, start,
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

    /// <summary>The time of one column; the last one is remembered, as neighbouring lines have the same or the next.</summary>
    private sealed class LatestTime
    {
        private string _text = "";
        private DateTimeOffset _time;

        public bool TryRead(ReadOnlySpan<char> text, out DateTimeOffset time)
        {
            if (text.Length > 0 && !text.SequenceEqual(_text) && Row.ParseTime(text.ToString()) is { } read)
                (_text, _time) = (text.ToString(), read);
            time = _time;
            return text.Length > 0 && text.SequenceEqual(_text);
        }
    }
}
