using Npgsql;
using Pylon.Ingestion.Series;
using Pylon.Postgres;

namespace Pylon.Ingestion.Forecasts;

/// <summary>
/// The real values that a forecast is made from, as they were known at a time. A half hour has its actual or, where none is
/// known, the last forecast that was published for it, however early: regions have no actuals, and those of Great Britain
/// are an hour late. What is published is stored when it changes, so an old row may well be what the source still says.
/// </summary>
internal sealed class HistoryStore(NpgsqlDataSource dataSource)
{
    private const string Real = "source <> 'synthetic'";

    // A source that gave nothing new gave the same again.
    private const string ReadSince =
        """
        SELECT EXISTS (
            SELECT FROM pipeline_run_sources
            WHERE source = $1 AND status = 'succeeded' AND started_at > $2 AND started_at <= $3 AND finished_at <= $3)
        """;

    /// <summary>The start of the newest half hour before <paramref name="to"/> that has a real value; null when there is none.</summary>
    public async Task<DateTimeOffset?> NewestAsync(ForecastTarget target, DateTimeOffset from, DateTimeOffset to, DateTimeOffset known, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command(Newest(target), from, to, known, target.RegionKey);
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime newest ? new DateTimeOffset(newest) : null;
    }

    /// <summary>Each half hour of the span.</summary>
    public async Task<HalfHourValues> ReadAsync(ForecastTarget target, DateTimeOffset from, DateTimeOffset to, DateTimeOffset known, CancellationToken cancellationToken)
    {
        var rows = await dataSource.Command(Values(target), from, to, known, target.RegionKey).ListAsync(
            reader => (Actual: Number(reader, 0), Published: Number(reader, 1)), cancellationToken);
        return new HalfHourValues(
            from, [.. rows.Select(row => row.Actual)], [.. rows.Select(row => double.IsNaN(row.Actual) ? row.Published : row.Actual)]);

        static double Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? double.NaN : reader.GetDouble(column);
    }

    /// <summary>Whether a source was read completely in the span.</summary>
    public async Task<bool> WasReadAsync(string source, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command(ReadSince, source, from, to);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static string Newest(ForecastTarget target) =>
        $"""
        SELECT greatest({string.Join(", ", Tables(target).Select(table => $"""
            (SELECT t.window_start FROM {table.Name} t
             WHERE t.window_start >= $1 AND t.window_start < $2 AND t.captured_at <= $3 AND t.{Real} AND {table.Only} AND {table.Read}{Region(table)}
             ORDER BY t.window_start DESC LIMIT 1)
            """))})
        """;

    // A look-up for each half hour, which ends at the first source that has it: the captures of a half hour are many.
    private static string Values(ForecastTarget target) =>
        $"""
        SELECT actual, CASE WHEN actual IS NULL THEN {First(target, target.Series.Table(isForecast: true, target.IsRegional))} END
        FROM (
            SELECT start, {First(target, target.Series.Table(isForecast: false, target.IsRegional))} AS actual
            FROM generate_series($1::timestamptz, $2::timestamptz - interval '30 minutes', interval '30 minutes') AS start
            OFFSET 0) known
        ORDER BY start
        """;

    private static string First(ForecastTarget target, SeriesTable? table) => table is null
        ? "NULL::float8"
        : $"coalesce({string.Join(", ", target.Series.Suppliers.Select(source => $"= '{source}'").Append("LIKE 'import:%'").Select(source => $"""
            (SELECT t.{table.Value}::float8 FROM {table.Name} t
             WHERE t.window_start = start AND t.window_start >= $1 AND t.window_start < $2 AND t.source {source} AND t.captured_at <= $3
               AND {table.Only} AND {table.Read}{Region(table)}
             ORDER BY t.captured_at DESC LIMIT 1)
            """))})";

    private static IEnumerable<SeriesTable> Tables(ForecastTarget target) =>
        new[] { target.Series.Table(isForecast: false, target.IsRegional), target.Series.Table(isForecast: true, target.IsRegional) }.OfType<SeriesTable>();

    private static string Region(SeriesTable table) => table.IsRegional ? " AND t.region_id = $4" : " AND $4 = 0";
}
