using Pylon.Ingestion.Sources;

namespace Pylon.Ingestion.Clients;

/// <summary>The parsed body of one request to a source, or the error.</summary>
internal sealed record Reading(string Dataset, ParsedBody? Body, string? Error)
{
    /// <summary>Set by whoever stores it, before the next one is read: what is not stored must be read again.</summary>
    public bool IsStored { get; set; }
}

/// <summary>A source of grid data. A request that fails does not affect the others.</summary>
internal abstract class GridSource(string name)
{
    public string Name { get; } = name;

    public abstract IAsyncEnumerable<Reading> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>For datasets that always have rows: an empty answer is an error. The Carbon Intensity API has sent {} for days.</summary>
    protected static ParsedBody NeverEmpty(ParsedBody parsed)
    {
        if (parsed.RowsRead == 0)
            parsed.Problem ??= "the answer has no rows";
        return parsed;
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
            return new Reading(dataset, null, e.Message);
        }
    }
}
