namespace Pylon.Ingestion.Import;

/// <summary>
/// The statements that bring staged lines into the tables of the series: $1 is the source, $2 the time of capture, $3 and
/// $4 the first and last half hour staged, which keep the other months out of it, $5 the months that were there before.
/// Each answers how many rows were new and how many changed.
/// </summary>
/// <remarks>
/// An INSERT of what is not there and an UPDATE of what differs, in one statement: half of the time of ON CONFLICT, which
/// looks every row up in every index of its partition. It is safe because one source is written under one lock; the unique
/// indexes would refuse the rest.
/// </remarks>
internal static class ImportSql
{
    // Both sides of a join are read once, and the planner knows little of a partition that was made a moment ago.
    public const string Stage =
        """
        SET LOCAL enable_nestloop = off;
        SET LOCAL work_mem = '64MB';
        CREATE TEMP TABLE staged_import (region_id smallint, window_start timestamptz, settlement_date date, settlement_period smallint,
            forecast numeric, forecast_index text, actual numeric, actual_index text, captured_at timestamptz, line bigint, body text) ON COMMIT DROP;
        """;

    public const string Copy = "COPY staged_import FROM STDIN (FORMAT BINARY)";

    public const string Analyze = "ANALYZE staged_import";

    /// <summary>Of forecasts with a time of capture: what an earlier line has told is taken out, and returned.</summary>
    public const string TakeRepeated =
        """
        DELETE FROM staged_import s USING (
            SELECT line, row_number() OVER (PARTITION BY region_id, window_start, captured_at ORDER BY line) AS n
            FROM staged_import WHERE forecast IS NOT NULL) numbered
        WHERE numbered.line = s.line AND numbered.n > 1
        RETURNING s.line, s.body
        """;

    /// <summary>So that each month is found without reading the others; written in order, lines need no larger index.</summary>
    public const string IndexByTime = "CREATE INDEX ON staged_import USING brin (window_start) WITH (pages_per_range = 8)";

    /// <summary>The months ($2) of a table ($1) that were not there, now each a table that stands alone.</summary>
    public const string BeginMonths = "SELECT month FROM unnest($2) AS months (month) WHERE begin_month($1, month) ORDER BY month";

    public const string AttachMonths = "SELECT attach_month($1, month) FROM unnest($2) AS months (month)";

    /// <summary>
    /// Into a month that stands alone everything is new, and needs no look at an index or a foreign key: those are seen to
    /// when it is attached, all at once. $3 and $4 are the ends of the month, the second not included; no $5.
    /// </summary>
    public static string Fill(ImportTable table, DateTimeOffset month, bool captured) =>
        $"""
        {Insert(table, $"{table.Name}_{month:yyyyMM}", captured && table.IsForecast ? "s.captured_at" : "$2")}
        FROM staged_import s WHERE s.{table.Staged} IS NOT NULL AND s.window_start >= $3 AND s.window_start < $4 AND $2::timestamptz IS NOT NULL
        """;

    public static string Merge(ImportTable table, bool captured) => table switch
    {
        { IsForecast: true } when captured => Forecasts(table),
        { IsForecast: true } => LatestForecasts(table),
        _ => Actuals(table),
    };

    /// <summary>A real value stands for itself: $1 and $2 are the first and last half hour staged.</summary>
    public static string DropSynthetic(ImportTable table, string ended, string only) =>
        $"""
        DELETE FROM {ended} t
        WHERE t.source = 'synthetic' AND t.window_start >= $1 AND t.window_start <= $2 AND {only}
          AND EXISTS (SELECT FROM staged_import s WHERE {table.SameKey})
        """;

    private static string Actuals(ImportTable table) =>
        $"""
        WITH changed AS (
            UPDATE {table.Name} t SET {table.Value} = s.{table.Staged}, captured_at = $2{table.AlsoSet}
            FROM staged_import s
            WHERE {table.SameKey} AND {Known(table)} AND t.{table.Value} <> s.{table.Staged}
            RETURNING 1),
        added AS (
            {Insert(table, table.Name, "$2")}
            FROM staged_import s
            WHERE s.{table.Staged} IS NOT NULL AND {InMonths} AND NOT EXISTS (SELECT FROM {table.Name} t WHERE {table.SameKey} AND {Known(table)})
            RETURNING 1)
        SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM changed)
        """;

    // Each capture is what its file says it is, whatever else is known.
    private static string Forecasts(ImportTable table) =>
        $"""
        WITH changed AS (
            UPDATE {table.Name} t SET {table.Value} = s.{table.Staged}{table.AlsoSet}
            FROM staged_import s
            WHERE {table.SameKey} AND t.captured_at = s.captured_at AND {Known(table)} AND t.{table.Value} <> s.{table.Staged}
            RETURNING 1),
        added AS (
            {Insert(table, table.Name, "s.captured_at")}
            FROM staged_import s
            WHERE s.{table.Staged} IS NOT NULL AND {InMonths}
              AND NOT EXISTS (SELECT FROM {table.Name} t WHERE {table.SameKey} AND t.captured_at = s.captured_at AND {Known(table)})
            RETURNING 1)
        SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM changed), $2::timestamptz
        """;

    // Became known now, unless it is what this source told last.
    private static string LatestForecasts(ImportTable table) =>
        $"""
        WITH known AS MATERIALIZED (
            SELECT DISTINCT ON ({table.Key}) {table.Key}, {table.Value} AS value
            FROM {table.Name} t WHERE {Known(table)}
            ORDER BY {table.Key}, captured_at DESC),
        added AS (
            {Insert(table, table.Name, "$2")}
            FROM staged_import s LEFT JOIN known t ON {table.SameKey}
            WHERE s.{table.Staged} IS NOT NULL AND {InMonths} AND t.value IS DISTINCT FROM s.{table.Staged}
            RETURNING 1)
        SELECT (SELECT count(*) FROM added), 0::bigint
        """;

    private static string Known(ImportTable table) =>
        $"t.source = $1 AND t.window_start >= $3 AND t.window_start <= $4 AND {table.Only}";

    private const string InMonths = "date_trunc('month', s.window_start, 'UTC') = ANY ($5)";

    private static string Insert(ImportTable table, string into, string capturedAt) =>
        $"""
        INSERT INTO {into} ({table.Key}, window_end, {table.Value}, source, captured_at{table.Further})
            SELECT {string.Join(", ", table.Key.Split(", ").Select(column => "s." + column))}, s.window_start + interval '30 minutes', s.{table.Staged}, $1, {capturedAt}{table.FurtherStaged}
        """;
}
