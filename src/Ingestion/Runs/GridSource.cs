using Pylon.Ingestion.Sources;

namespace Pylon.Ingestion.Runs;

/// <summary>What one request to a source gave, or why it gave nothing.</summary>
internal sealed record Reading(string Dataset, ParsedBody? Body, string? Error)
{
    /// <summary>Set by who stores it, before asking for the next one: what is not stored must be read again.</summary>
    public bool IsStored { get; set; }
}

/// <summary>A source of grid data. Its requests stand for themselves: one that fails leaves the others.</summary>
internal abstract class GridSource(string name)
{
    public string Name { get; } = name;

    public abstract IAsyncEnumerable<Reading> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>For what there always is: an empty answer (the Carbon Intensity API has given {} and no data for days) is none.</summary>
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
