using Pylon.Ingestion.Series;
using Pylon.Ingestion.Sources;

namespace Pylon.Ingestion.Clients;

/// <summary>The parsed body of one request to a source, or the error.</summary>
internal sealed record Reading(string Dataset, ParsedBody? Body, string? Error)
{
    /// <summary>Set by whoever stores it, before the next one is read: what is not stored must be read again.</summary>
    public bool IsStored { get; set; }

    /// <summary>For the log; null when the answer itself is at fault.</summary>
    public Exception? Exception { get; init; }
}

/// <summary>A source of grid data. A request that fails does not affect the others.</summary>
internal abstract class GridSource(string name)
{
    /// <summary>After a longer outage the rest is listed as missing; an import can fill it.</summary>
    protected static readonly TimeSpan LongestCatchUp = TimeSpan.FromDays(28);

    public string Name { get; } = name;

    /// <param name="now">The current time.</param>
    /// <param name="since">When the source was last read with success: what it published since then is read. Null when it never was.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public abstract IAsyncEnumerable<Reading> ReadAsync(DateTimeOffset now, DateTimeOffset? since, CancellationToken cancellationToken);

    /// <summary>
    /// For datasets that always have values of a series: an answer without any is an error, as nothing was learnt from it. The
    /// Carbon Intensity API has sent {} for days.
    /// </summary>
    protected static ParsedBody Learnt(ParsedBody parsed, params IEnumerable<SeriesTable?> always)
    {
        if (parsed.RowsRead == 0)
            parsed.Problem ??= "the answer has no rows";
        foreach (var table in always.OfType<SeriesTable>().Where(table => !parsed.Values.Exists(v => v.Table == table)))
        {
            var first = parsed.Rejected.Count > 0 ? $", {parsed.Rejected.Count} rejected, the first because: {parsed.Rejected[0].Reason}" : "";
            parsed.Problem ??= $"{(parsed.RowsRead == 1 ? "its row has no" : $"none of its {parsed.RowsRead} rows has a")} usable value for {table.Name}.{table.Value}{first}";
        }

        return parsed;
    }

    /// <summary>The time from one moment to another in spans of at most so many days, the latest span last.</summary>
    protected static IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Spans(DateTimeOffset from, DateTimeOffset to, int days)
    {
        for (; from < to; from = from.AddDays(days))
            yield return (from, from.AddDays(days) < to ? from.AddDays(days) : to);
    }

    protected static async Task<Reading> TryAsync(string dataset, Func<Task<ParsedBody>> read, CancellationToken cancellationToken)
    {
        try
        {
            var parsed = await read();
            return new Reading(dataset, parsed, parsed.Problem);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new Reading(dataset, null, SourceException.Words(e) ?? $"could not be read ({e.GetType().Name}); the log has the details") { Exception = e };
        }
    }
}
