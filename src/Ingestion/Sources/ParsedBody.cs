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
    private readonly Dictionary<(SeriesTable Table, int? RegionId, string Label), (DateTimeOffset From, DateTimeOffset To)> _asked = [];
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

    public long HalfHoursMissing => Missing.Sum(span => span.HalfHours);

    /// <summary>The half hours missing between those that were given, and of those that were asked for.</summary>
    public IReadOnlyList<MissingSpan> Missing
    {
        get
        {
            var given = Values.Where(v => v.Label.Length == 0 || v.Table.IsContinuous).GroupBy(v => (v.Table, v.RegionId, v.Label), v => v.Start)
                .Where(series => series.Key.Table.IsContinuous || _asked.ContainsKey(series.Key)).ToDictionary(series => series.Key, series => series.Distinct().Order().ToList());
            return [.. given.Keys.Union(_asked.Keys).SelectMany(key => Spans(key, given.GetValueOrDefault(key, [])))];
        }
    }

    /// <summary>Says which half hours of a series the answer should have; those that it has not are missing.</summary>
    /// <param name="table">The series.</param>
    /// <param name="from">Included.</param>
    /// <param name="to">Not included.</param>
    /// <param name="regionId">Null where the table has no regions.</param>
    public void Ask(SeriesTable table, DateTimeOffset from, DateTimeOffset to, int? regionId = null) =>
        _asked[(table, regionId, "")] = (HalfHour.Containing(from), HalfHour.Containing(to));

    private IEnumerable<MissingSpan> Spans((SeriesTable Table, int? RegionId, string Label) series, List<DateTimeOffset> starts)
    {
        var (from, to) = _asked.TryGetValue(series, out var asked) ? asked : (starts[0], starts[^1]);
        foreach (var start in starts.Append(to > (starts.Count > 0 ? starts[^1] : from) ? to : DateTimeOffset.MinValue))
        {
            if (start > from)
                yield return new MissingSpan(series.Table, series.RegionId, from, start);
            if (start + HalfHour.Length > from && start != DateTimeOffset.MinValue)
                from = start + HalfHour.Length;
        }
    }

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
