using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Sources;

/// <summary>A row that cannot be stored, as it came.</summary>
/// <param name="Line">Of a file, from 1; 0 for a row of a JSON body.</param>
internal sealed record Rejected(string Reason, string Body, long Line);

/// <summary>
/// What a body gave: every row of it is either accepted, and then its values are in the lists, or rejected with the
/// reason; nothing is left out.
/// </summary>
internal sealed class Harvest(string dataset)
{
    private readonly Dictionary<object, object> _seen = [];

    /// <summary>What was read, for the quarantine: for example intensity or system-prices.</summary>
    public string Dataset { get; } = dataset;

    public long RowsRead { get; private set; }

    public long RowsAccepted { get; private set; }

    public List<Rejected> Rejected { get; } = [];

    /// <summary>Why the body as a whole says nothing, such as an error with a success status; null when it does.</summary>
    public string? Problem { get; set; }

    public List<IntensityValue> Intensities { get; } = [];
    public List<MixValue> Mixes { get; } = [];
    public List<DemandForecastValue> DemandForecasts { get; } = [];
    public List<DemandActualValue> DemandActuals { get; } = [];
    public List<PriceValue> Prices { get; } = [];
    public List<EmbeddedValue> Embedded { get; } = [];
    public List<OfferedWindow> Windows { get; } = [];

    /// <summary>The Beckn provider whose whole catalogue the windows are; null when this is no catalogue.</summary>
    public string? CatalogueOf { get; set; }

    /// <summary>Half hours left out between those that were given.</summary>
    public long HalfHoursMissing =>
        Missing(Intensities.Select(v => ((object)(v.RegionId ?? 0), v.Start)))
        + Missing(DemandActuals.Select(v => ((object)0, v.Period.Start)))
        + Missing(Prices.Select(v => ((object)(v.Type + v.Provider), v.Period.Start)));

    /// <summary>Counts a row; <paramref name="read"/> reads it and adds its values unless the row has a problem.</summary>
    public void Take(Row row, Action<Row> read)
    {
        RowsRead++;
        read(row);
        if (row.Problem is { } reason)
            Rejected.Add(new Rejected(reason, row.Body, row.Line));
        else
            RowsAccepted++;
    }

    /// <summary>Marks the row as bad when one before it told of the same; true when it is the first.</summary>
    public bool IsFirst(Row row, object key, object value)
    {
        if (row.Problem is not null)
            return false;
        if (_seen.TryAdd(key, value))
            return true;
        row.Fail(_seen[key].Equals(value) ? "the same as an earlier row of the body" : "contradicts an earlier row of the body");
        return false;
    }

    /// <summary>True the first time; for a value that several rows repeat by their nature.</summary>
    public bool IsNew(object key) => _seen.TryAdd(key, key);

    private static long Missing(IEnumerable<(object Series, DateTimeOffset Start)> values) => values
        .GroupBy(v => v.Series, v => v.Start)
        .Sum(series => (long)((series.Max() - series.Min()) / HalfHour.Length) + 1 - series.Distinct().LongCount());
}
