namespace Pylon.Ingestion.Series;

/// <summary>
/// The statements that merge staged values into the tables of the series. Of those that take parameters, $1 is the source,
/// $2 and $3 the first and last half hour staged, which keep the other months out of it, $4 the number of the table among
/// those staged, $5 the months that were there before. A merge answers how many values were new and how many changed.
/// </summary>
/// <remarks>
/// An INSERT of what is not there and an UPDATE of what differs, in one statement: half of the time of ON CONFLICT, which
/// looks every row up in every index of its partition. It is safe because one source is written under one lock; the unique
/// indexes would refuse the rest.
/// </remarks>
internal static class SeriesSql
{
    public const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended('pylon.ingestion.series.' || $1, 0))";

    /// <summary>Holds the run ($1) until the commit; no row when another run has taken its place, and then nothing of it may be stored.</summary>
    public const string HoldRun = "SELECT true FROM pipeline_runs WHERE id = $1 AND status = 'running' FOR SHARE";

    /// <summary>
    /// Every writer takes all its tables at once, by name, before anything else of them: so none holds one table while it waits
    /// for another. Readers do not wait.
    /// </summary>
    public static string LockTables(IEnumerable<string> tables) =>
        $"LOCK TABLE {string.Join(", ", tables.Distinct().Order(StringComparer.Ordinal))} IN SHARE ROW EXCLUSIVE MODE";

    // Both sides of a join are read once, and the planner knows little of a partition that was made a moment ago.
    public const string Stage =
        """
        SET LOCAL enable_nestloop = off;
        SET LOCAL work_mem = '64MB';
        CREATE TEMP TABLE staged (target smallint, region_id smallint, window_start timestamptz, window_end timestamptz, settlement_date date,
            settlement_period smallint, label text, value numeric, others numeric[], index text, details jsonb, captured_at timestamptz,
            line bigint, body text) ON COMMIT DROP;
        """;

    public const string Copy = "COPY staged FROM STDIN (FORMAT BINARY)";

    public const string StagedEnd = "coalesce(s.window_end, s.window_start + interval '30 minutes')";

    public const string Analyze = "ANALYZE staged";

    /// <summary>Takes the lines out that repeat the half hour and capture of an earlier line, with all their values.</summary>
    public const string TakeRepeated =
        """
        DELETE FROM staged s USING (
            SELECT line, row_number() OVER (PARTITION BY target, region_id, window_start, captured_at ORDER BY line) AS n FROM staged WHERE target = ANY ($1)) numbered
        WHERE numbered.line = s.line AND numbered.n > 1
        RETURNING s.target, s.window_start, s.line, s.body
        """;

    /// <summary>So that each month is found without reading the others; written in order, lines need no larger index.</summary>
    public const string IndexByTime = "CREATE INDEX ON staged USING brin (window_start) WITH (pages_per_range = 8)";

    /// <summary>The months ($2) of a table ($1) that were not there, now each a table that stands alone.</summary>
    public const string BeginMonths = "SELECT month FROM unnest($2) AS months (month) WHERE begin_month($1, month) ORDER BY month";

    public const string AttachMonths = "SELECT attach_month($1, month) FROM unnest($2) AS months (month)";

    /// <summary>The months ($2) of a table ($1) that are there without a row; each has a table beside it now, which takes its place.</summary>
    public const string BeginEmptyMonths = "SELECT month FROM unnest($2) AS months (month) WHERE begin_empty_month($1, month) ORDER BY month";

    public const string ReplaceEmptyMonths = "SELECT replace_empty_months($1, $2)";

    /// <summary>For months whose rows were written by hand, before anybody made their partition.</summary>
    public const string EnsureMonths = "SELECT ensure_month($1, month) FROM unnest($2) AS months (month)";

    public const string Quarantine =
        """
        INSERT INTO quarantine (source, dataset, reason, body, body_md5, first_seen_at, last_seen_at, times_seen)
        SELECT $1, $3, reason, (array_agg(body))[1], md5(body)::uuid, $2, $2, count(*)
        FROM unnest($4, $5) AS r (reason, body)
        GROUP BY reason, md5(body)
        ON CONFLICT (source, dataset, reason, body_md5)
        DO UPDATE SET last_seen_at = excluded.last_seen_at, times_seen = quarantine.times_seen + excluded.times_seen
        """;

    private const string InMonths = "date_trunc('month', s.window_start, 'UTC') = ANY ($5)";

    /// <summary>
    /// Into a month that stands alone everything is new, and no index or foreign key is checked: that
    /// happens once, when it is attached. $2 and $3 are the ends of the month, the second not included; no $5.
    /// </summary>
    public static string Fill(SeriesTable table, DateTimeOffset month, bool isThere) =>
        $"{Insert(table, $"{table.Name}_{month:yyyyMM}{(isThere ? "_new" : "")}")} FROM staged s{table.Spread} WHERE s.target = $4 AND s.window_start >= $2 AND s.window_start < $3";

    /// <param name="table">Whose values are staged.</param>
    /// <param name="hasOwnCaptures">Some values have a capture time of their own.</param>
    /// <param name="keepsEveryCapture">False leaves out a capture that equals the one before.</param>
    public static string Merge(SeriesTable table, bool hasOwnCaptures, bool keepsEveryCapture) =>
        !table.IsForecast ? Actuals(table) : hasOwnCaptures ? Captures(table, keepsEveryCapture) : LatestForecasts(table);

    /// <summary>A half hour with a real value needs no synthetic one any more.</summary>
    public static string DropSynthetic(SeriesTable table, string synthetic) =>
        $"""
        DELETE FROM {synthetic} t
        WHERE t.source = 'synthetic' AND t.window_start >= $2 AND t.window_start <= $3
          AND EXISTS (SELECT FROM staged s WHERE s.target = $4 AND {(table.Label.Length > 0 ? "s.label = '' AND " : "")}{(table.IsRegional ? "t.region_id = s.region_id AND " : "")}t.window_start = s.window_start)
        """;

    private static string Actuals(SeriesTable table) =>
        $"""
        WITH changed AS (
            UPDATE {table.Name} t SET {Set(table)}, captured_at = s.captured_at
            FROM staged s
            WHERE s.target = $4 AND {SameKey(table)} AND {Known(table)} AND t.captured_at <= s.captured_at AND ({table.Differs})
            RETURNING 1),
        added AS (
            {Insert(table, table.Name)}
            FROM staged s
            WHERE s.target = $4 AND {InMonths} AND NOT EXISTS (SELECT FROM {table.Name} t WHERE {SameKey(table)} AND {Known(table)})
            RETURNING 1)
        SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM changed)
        """;

    // Becomes known now, unless it equals the latest value of this source.
    private static string LatestForecasts(SeriesTable table) =>
        $"""
        WITH known AS MATERIALIZED (
            SELECT DISTINCT ON ({Keys(table, "t")}) {Keys(table, "t")}, {string.Join(", ", table.Compared)}
            FROM {table.Rows} t WHERE {Known(table)} ORDER BY {Keys(table, "t")}, captured_at DESC),
        added AS (
            {Insert(table, table.Name)}
            FROM staged s LEFT JOIN known t ON {SameKey(table)}{table.Spread}
            WHERE s.target = $4 AND {InMonths} AND (t.window_start IS NULL OR {table.Differs})
            RETURNING {Keys(table, "")})
        SELECT (SELECT count({Distinct(table)}) FROM added), 0::bigint
        """;

    // Each staged capture beside the latest that is known and not later.
    private static string Captures(SeriesTable table, bool keepsEveryCapture) =>
        $"""
        WITH given AS (
            SELECT * FROM (
                SELECT DISTINCT ON ({Keys(table, "s")}, s.captured_at) s.*, t.captured_at AS known_at, t.captured_at IS NULL OR {table.Differs} AS differs
                FROM staged s LEFT JOIN {table.Rows} t ON {SameKey(table)} AND t.captured_at <= s.captured_at AND {Known(table)}
                WHERE s.target = $4
                ORDER BY {Keys(table, "s")}, s.captured_at, t.captured_at DESC) beside
            WHERE differs{(keepsEveryCapture ? " OR known_at < captured_at" : "")}),
        changed AS (
            UPDATE {table.Name} t SET {Set(table)}
            FROM given s
            WHERE s.known_at = s.captured_at AND {SameKey(table)} AND t.captured_at = s.captured_at AND {Known(table)}
            RETURNING {Keys(table, "t")}),
        added AS (
            {Insert(table, table.Name)}
            FROM given s{table.Spread}
            WHERE s.known_at IS DISTINCT FROM s.captured_at AND {InMonths}
            RETURNING {Keys(table, "")})
        SELECT (SELECT count({Distinct(table)}) FROM added), (SELECT count({Distinct(table)}) FROM changed)
        """;

    private static string Known(SeriesTable table) => $"t.source = $1 AND t.window_start >= $2 AND t.window_start <= $3 AND {table.Only}";

    private static string SameKey(SeriesTable table) => string.Join(" AND ", table.Key.Select(key => $"t.{key.Name} = {key.Staged}"));

    private static string Keys(SeriesTable table, string of) => string.Join(", ", table.Key.Select(key => of switch
    {
        "" => key.Name,
        "s" => key.Staged,
        _ => $"{of}.{key.Name}",
    }));

    // The rows of a mix are counted once together.
    private static string Distinct(SeriesTable table) => table.IsMix ? $"DISTINCT ({Keys(table, "")})" : "*";

    private static string Set(SeriesTable table) =>
        string.Join(", ", table.Values.Where(column => column.Updated is not null).Select(column => $"{column.Name} = {column.Updated}"));

    private static string Insert(SeriesTable table, string into)
    {
        var columns = table.Key.Concat(table.Values).ToList();
        return $"""
            INSERT INTO {into} ({string.Join(", ", columns.Select(column => column.Name))}, source, captured_at)
                SELECT {string.Join(", ", columns.Select(column => column.Staged))}, $1, s.captured_at
            """;
    }
}
