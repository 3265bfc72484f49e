using Pylon.Ingestion.Series;
using Pylon.Ingestion.Sources;

namespace Pylon.Ingestion.Tests;

/// <summary>What tests ask of a parsed body.</summary>
internal static class ParsedBodies
{
    /// <summary>The values of one table.</summary>
    public static IReadOnlyList<SeriesValue> Of(this ParsedBody parsed, SeriesTable? table) => [.. parsed.Values.Where(v => v.Table == table)];

    /// <summary>Stores what a body says.</summary>
    public static Task<Stored> StoreAsync(this SeriesStore store, ParsedBody parsed, string source, DateTimeOffset capturedAt, CancellationToken cancellationToken) =>
        store.StoreAsync(source, parsed.Dataset, parsed.Values, parsed.Rejected, capturedAt, cancellationToken);
}
