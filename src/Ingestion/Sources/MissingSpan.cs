using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Sources;

/// <summary>Half hours for which a source gave no value.</summary>
/// <param name="Table">Of the series.</param>
/// <param name="RegionId">Null where the table has no regions.</param>
/// <param name="From">Included.</param>
/// <param name="To">Not included.</param>
internal sealed record MissingSpan(SeriesTable Table, int? RegionId, DateTimeOffset From, DateTimeOffset To)
{
    public long HalfHours => (long)((To - From) / HalfHour.Length);

    public override string ToString() =>
        $"{Table.Name}.{Table.Value}{(RegionId is { } region ? $" of region {region}" : "")} from {From.UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'} to {To.UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'}";
}
