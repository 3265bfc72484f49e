using Npgsql;
using Pylon.Postgres;

namespace Pylon.Ingestion.Series;

/// <summary>
/// Reads the series as they were known at a time: of a half hour a real value goes before a synthetic one, what was
/// measured before what was forecast, what a source gave Pylon before what a file says, a later capture before an earlier
/// one. A file fills what the sources leave out: where it came from only its importer knows.
/// </summary>
internal sealed class SeriesReader(NpgsqlDataSource dataSource)
{
    /// <param name="series">One that is listed.</param>
    /// <param name="regionId">Null for Great Britain as the national source gives it.</param>
    /// <param name="from">Included.</param>
    /// <param name="to">Not included.</param>
    /// <param name="asKnownAt">What was captured later is not seen.</param>
    /// <param name="forecastOnly">Leaves out what was measured.</param>
    /// <param name="limit">At most so many points.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<List<SeriesPoint>> ReadAsync(
        SeriesDefinition series, int? regionId, DateTimeOffset from, DateTimeOffset to, DateTimeOffset asKnownAt, bool forecastOnly, int limit,
        CancellationToken cancellationToken) =>
        dataSource.Command(Statement(series, regionId is not null, forecastOnly), from, to, asKnownAt, limit, (short)(regionId ?? 0)).ListAsync(
            reader => new SeriesPoint(
                reader.GetFieldValue<DateTimeOffset>(0), reader.GetDouble(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetBoolean(3),
                reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5)),
            cancellationToken);

    private static string Statement(SeriesDefinition series, bool isRegional, bool forecastOnly)
    {
        var tables = new[] { series.Table(isForecast: true, isRegional), forecastOnly ? null : series.Table(isForecast: false, isRegional) }.OfType<SeriesTable>();
        return $"""
            SELECT DISTINCT ON (window_start) window_start, value, index, is_actual, source, captured_at
            FROM ({string.Join("\nUNION ALL\n", tables.Select(Rows))}) known
            ORDER BY window_start, source = 'synthetic', NOT is_actual, source LIKE 'import:%', captured_at DESC
            LIMIT $4
            """;
    }

    // A synthetic value was never measured, whatever table it is in.
    private static string Rows(SeriesTable table) =>
        $"""
        SELECT window_start, {table.Value}::float8 AS value, {(table.HasIndex ? "index" : "NULL")} AS index,
               {(table.IsForecast ? "false" : "source <> 'synthetic'")} AS is_actual, source, captured_at
        FROM {table.Name} t
        WHERE window_start >= $1 AND window_start < $2 AND captured_at <= $3 AND {table.Only} AND {table.Read}{(table.IsRegional ? " AND region_id = $5" : "")}
        """;
}
