using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Sources;

/// <summary>
/// A parsed body of a source: every row is either accepted, and then its values are in the lists, or rejected with the
/// reason; no row is lost. Of a row that is rejected for one value the other values are in the lists.
/// </summary>
internal sealed class ParsedBody(string dataset)
{
    private readonly Dictionary<object, object?> _seen = [];
    private readonly Dictionary<(SeriesTable, int?, DateTimeOffset, string, DateTimeOffset?), SeriesValue> _values = [];
    private Row? _current;

    public const string Repeated = "the same as an earlier row of the body";

    /// <summary>What was read, for the quarantine: for example intensity or system-prices.</summary>
    public string Dataset { get; } = dataset;

    public long RowsRead { get; private set; }

    public long RowsAccepted { get; private set; }

    public List<Rejected> Rejected { get; } = [];

    /// <summary>Why the body as a whole cannot be used, such as an error with a success status; null when it can.</summary>
    public string? Problem { get; set; }

    public List<SeriesValue> Values { get; } = [];

    public List<OfferedWindow> Windows { get; } = [];

    /// <summary>The Beckn provider whose whole catalogue the windows are; null when this is no catalogue.</summary>
    public string? CatalogueOf { get; set; }

    /// <summary>False when some items or offers of the catalogue could not be read: what it leaves out may be among them.</summary>
    public bool IsCompleteCatalogue { get; set; }

    /// <summary>Half hours missing between those that were given.</summary>
    public long HalfHoursMissing => Values
        .Where(v => v.Table.IsContinuous)
        .GroupBy(v => (v.Table.Name, v.RegionId, v.Label), v => v.Start)
        .Sum(series => (long)((series.Max() - series.Min()) / HalfHour.Length) + 1 - series.Distinct().LongCount());

    /// <summary>Counts a row; <paramref name="read"/> reads it and adds its values unless the row has a problem.</summary>
    public void Take(Row row, Action<Row> read)
    {
        RowsRead++;
        if (row.Problem is null)
        {
            _current = row;
            read(row);
        }

        if ((row.Problem ?? row.ValueProblem) is { } reason)
            Rejected.Add(new Rejected(reason, row.Body, row.Line));
        else
            RowsAccepted++;
    }

    /// <summary>Rejects the row when an earlier good one has the same key; true when it is the first.</summary>
    public bool IsFirst(Row row, object key, object? value)
    {
        if (row.Problem is not null)
            return false;
        // Of a row with a bad value a later one may have the good value.
        if (row.ValueProblem is not null ? !_seen.ContainsKey(key) : _seen.TryAdd(key, value))
            return true;
        row.Fail(Equals(_seen[key], value) ? Repeated : "contradicts an earlier row of the body");
        return false;
    }

    /// <summary>True the first time; for a value that several rows repeat by their nature.</summary>
    public bool IsNew(object key) => _seen.TryAdd(key, key);

    /// <summary>Adds a value to its series, unless the source left it out.</summary>
    public void Add(SeriesValue value)
    {
        if (value.Number is null && !value.Table.IsMix)
            return;
        var key = (value.Table, value.RegionId, value.Start, value.Label, value.CapturedAt);
        if (_values.TryAdd(key, value))
            Values.Add(value);
        else if (_values[key].Number != value.Number)
            _current?.Reject("contradicts an earlier row of the body");
    }

    /// <summary>Adds the forecast and the actual of a half hour.</summary>
    /// <param name="index">As the source names the intensity; of a half hour that is over it names the actual.</param>
    public void AddIntensity(int? regionId, DateTimeOffset start, decimal? forecast, decimal? actual, string? index)
    {
        var series = SeriesDefinition.CarbonIntensity;
        Add(new SeriesValue(series.Table(isForecast: true, regionId is not null)!, start, forecast) { RegionId = regionId, Index = actual is null ? index : null });
        Add(new SeriesValue(series.Table(isForecast: false, regionId is not null)!, start, actual) { RegionId = regionId, Index = index });
    }
}
