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
        dataSource.Command(Statement(series, regionId is not null, forecastOnly), from, to, asKnownAt, limit, (short)(regionId ?? 0)).ListAsync(reader => Point(reader, 0), cancellationToken);

    /// <summary>Several regions at several half hours, by region and time.</summary>
    public Task<List<(int RegionId, SeriesPoint Point)>> ReadRegionsAsync(
        SeriesDefinition series, IReadOnlyCollection<int> regionIds, IReadOnlyCollection<DateTimeOffset> starts, DateTimeOffset asKnownAt, CancellationToken cancellationToken) =>
        dataSource.Command(RegionsStatement(series), starts.ToArray(), asKnownAt, regionIds.Select(id => (short)id).ToArray()).ListAsync(
            reader => ((int)reader.GetInt16(0), Point(reader, 1)), cancellationToken);

    private static SeriesPoint Point(NpgsqlDataReader reader, int column) => new(
        reader.GetFieldValue<DateTimeOffset>(column), reader.GetDouble(column + 1), reader.IsDBNull(column + 2) ? null : reader.GetString(column + 2),
        reader.GetBoolean(column + 3), reader.GetString(column + 4), reader.GetFieldValue<DateTimeOffset>(column + 5));

    private static string Statement(SeriesDefinition series, bool isRegional, bool forecastOnly)
    {
        var tables = new[] { series.Table(isForecast: true, isRegional), forecastOnly ? null : series.Table(isForecast: false, isRegional) }.OfType<SeriesTable>();
        return Best("window_start", tables.Select(table => Rows(table, "", $"window_start >= $1 AND window_start < $2 AND captured_at <= $3{(table.IsRegional ? " AND region_id = $5" : "")}"))) + "\nLIMIT $4";
    }

    private static string RegionsStatement(SeriesDefinition series) => Best(
        "region_id, window_start",
        new[] { series.RegionalForecasts, series.RegionalActuals }.OfType<SeriesTable>().Select(table => Rows(table, "region_id, ", "window_start = ANY ($1) AND captured_at <= $2 AND region_id = ANY ($3)")));

    private static string Best(string key, IEnumerable<string> rows) =>
        $"""
        SELECT DISTINCT ON ({key}) {key}, value, index, is_actual, source, captured_at
        FROM ({string.Join("\nUNION ALL\n", rows)}) known
        ORDER BY {key}, source = 'synthetic', NOT is_actual, source LIKE 'import:%', captured_at DESC
        """;

    // A synthetic value was never measured, whatever table it is in.
    private static string Rows(SeriesTable table, string key, string only) =>
        $"""
        SELECT {key}window_start, {table.Value}::float8 AS value, {(table.HasIndex ? "index" : "NULL")} AS index,
               {(table.IsForecast ? "false" : "source <> 'synthetic'")} AS is_actual, source, captured_at
        FROM {table.Name} t
        WHERE {only} AND {table.Only} AND {table.Read}
        """;
}
