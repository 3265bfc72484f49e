using Google.Protobuf.WellKnownTypes;
using Npgsql;
using Pylon.Events.V1;
using Pylon.Ingestion.Events;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Ingestion.Runs;

/// <summary>Every statement on the ingestion runs and the quarantine they filled.</summary>
internal sealed class RunStore(NpgsqlDataSource dataSource, DirectDatabase direct)
{
    // The session of the run holds it, so the lock ends with the process.
    private const string TryLock = "SELECT pg_try_advisory_lock(hashtextextended('pylon.ingestion.run', 0))";

    // Only the holder of the lock runs, so a run that is still marked running was left by a process that died.
    private const string Abandon =
        """
        WITH left_over AS (UPDATE pipeline_runs SET status = 'abandoned', finished_at = $1 WHERE status = 'running' RETURNING id)
        UPDATE pipeline_run_sources s SET status = 'abandoned', finished_at = $1 FROM left_over WHERE s.run_id = left_over.id AND s.status = 'running'
        """;

    private const string Begin =
        """
        INSERT INTO pipeline_runs (id, request_id, trigger, started_at)
        SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM pipeline_runs WHERE started_at >= $5 AND status <> 'abandoned')
        ON CONFLICT DO NOTHING
        """;

    // A row that still arrives is quarantined again.
    private const string Purge =
        """
        WITH runs AS (DELETE FROM pipeline_runs WHERE started_at < $1 - interval '90 days')
        DELETE FROM quarantine WHERE last_seen_at < $1 - interval '90 days'
        """;

    private const string Due =
        """
        SELECT name FROM unnest($1) AS name
        LEFT JOIN LATERAL (SELECT status, started_at FROM pipeline_run_sources s WHERE s.source = name ORDER BY started_at DESC LIMIT 1) last ON true
        WHERE last.started_at IS NULL OR last.started_at <= $2 OR (last.status NOT IN ('succeeded', 'running') AND last.started_at <= $3)
        """;

    private const string LastSuccess = "SELECT fresh_at FROM source_freshness WHERE source = $1";

    private const string BeginSource = "INSERT INTO pipeline_run_sources (run_id, source, started_at) VALUES ($1, $2, $3)";

    private const string EndSource =
        """
        UPDATE pipeline_run_sources SET status = $3, rows_read = $4, rows_new = $5, rows_changed = $6, rows_unchanged = $7,
            rows_rejected = $8, half_hours_missing = $9, finished_at = $10, error = $11, missing = $12
        WHERE run_id = $1 AND source = $2 AND status = 'running'
        """;

    private const string Refresh =
        """
        INSERT INTO source_freshness (source, fresh_at, known_since) VALUES ($1, $2, $2)
        ON CONFLICT (source) DO UPDATE SET fresh_at = excluded.fresh_at
        """;

    private const string EndStaleness = "UPDATE source_freshness SET stale = false WHERE source = $1 AND stale";

    private const string End = "UPDATE pipeline_runs SET status = $2, finished_at = $3 WHERE id = $1 AND status = 'running'";

    private const string Select =
        """
        SELECT r.id, r.trigger, r.status, r.started_at, r.finished_at, s.source, s.status, s.rows_read, s.rows_new, s.rows_changed, s.rows_unchanged,
               s.rows_rejected, s.half_hours_missing, s.started_at, s.finished_at, s.error, f.fresh_at, s.missing
        FROM chosen r LEFT JOIN pipeline_run_sources s ON s.run_id = r.id LEFT JOIN source_freshness f ON f.source = s.source
        ORDER BY r.started_at DESC, r.id DESC, s.source
        """;

    private const string One = $"WITH chosen AS (SELECT * FROM pipeline_runs WHERE id = $1) {Select}";

    private const string ByRequest = "SELECT id FROM pipeline_runs WHERE request_id = $1";

    private const string Running = "SELECT id FROM pipeline_runs WHERE status = 'running'";

    private const string Page =
        $"""
        WITH chosen AS (
            SELECT * FROM pipeline_runs WHERE $1::timestamptz IS NULL OR (started_at, id) < ($1, $2) ORDER BY started_at DESC, id DESC LIMIT $3)
        {Select}
        """;

    private const string QuarantinePage =
        """
        SELECT id, source, dataset, reason, body, first_seen_at, last_seen_at, times_seen FROM quarantine
        WHERE ($1 = '' OR source = $1) AND ($2::timestamptz IS NULL OR (last_seen_at, id) < ($2, $3))
        ORDER BY last_seen_at DESC, id DESC LIMIT $4
        """;

    /// <summary>Holds the lock of the run until it is disposed; null when another one holds it.</summary>
    public Task<Session?> TryLockAsync(CancellationToken cancellationToken) => Session.TryLockAsync(direct, TryLock, cancellationToken);

    /// <summary>False when a run began after <paramref name="unlessSince"/> already, or with the same request.</summary>
    public async Task<bool> BeginAsync(
        Guid id, Guid? requestId, string trigger, DateTimeOffset now, DateTimeOffset unlessSince, CancellationToken cancellationToken)
    {
        await dataSource.ExecuteAsync(Abandon, cancellationToken, now);
        await dataSource.ExecuteAsync(Purge, cancellationToken, now);
        return await dataSource.ExecuteAsync(
            Begin, cancellationToken, id, Sql.Uuid(requestId), trigger, now, unlessSince) == 1;
    }

    /// <summary>The sources that were last read before <paramref name="read"/>, or without success before <paramref name="failed"/>.</summary>
    public Task<List<string>> DueAsync(IReadOnlyList<string> sources, DateTimeOffset read, DateTimeOffset failed, CancellationToken cancellationToken) =>
        dataSource.Command(Due, sources.ToArray(), read, failed).ListAsync(reader => reader.GetString(0), cancellationToken);

    /// <summary>When the source was last read with success; null when it never was.</summary>
    public async Task<DateTimeOffset?> LastSuccessAsync(string source, CancellationToken cancellationToken) =>
        (await dataSource.Command(LastSuccess, source).ListAsync(reader => reader.GetFieldValue<DateTimeOffset?>(0), cancellationToken)).FirstOrDefault();

    public Task BeginSourceAsync(Guid run, string source, DateTimeOffset now, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(BeginSource, cancellationToken, run, source, now);

    /// <summary>Stores the outcome for one source; success makes the source fresh and ends its alert.</summary>
    public async Task EndSourceAsync(Guid run, SourceOutcome o, CancellationToken cancellationToken)
    {
        var isRead = o.Status == "succeeded";
        await dataSource.ChangeAsync(
            Sql.Statement(EndSource, run, o.Source, o.Status, o.Read, o.New, o.Changed, o.Unchanged, o.Rejected, o.Missing, o.FinishedAt, o.Error, o.MissingSpans.ToArray()),
            isRead ? [Sql.Statement(Refresh, o.Source, o.FinishedAt)] : [],
            cancellationToken);
        if (isRead)
            await dataSource.ChangeAsync(Sql.Statement(EndStaleness, o.Source), [GridEvents.Append(o.Source, new GridSourceRecovered { Source = o.Source })], cancellationToken);
    }

    /// <summary>Ends an ingestion run together with its event.</summary>
    public Task EndAsync(Guid run, string status, IReadOnlyList<SourceOutcome> outcomes, DateTimeOffset now, CancellationToken cancellationToken) =>
        dataSource.ChangeAsync(
            Sql.Statement(End, run, status, now),
            [
                GridEvents.Append(run.ToString(), new GridRunFinished
                {
                    RunId = run.ToString(),
                    Status = status,
                    RowsNew = outcomes.Sum(o => o.New),
                    RowsChanged = outcomes.Sum(o => o.Changed),
                    RowsRejected = outcomes.Sum(o => o.Rejected),
                    FailedSources = { outcomes.Where(o => o.Status != "succeeded").Select(o => o.Source) },
                }),
            ],
            cancellationToken);

    public async Task<Run?> FindAsync(Guid id, CancellationToken cancellationToken) => (await ReadAsync(One, cancellationToken, id)).FirstOrDefault();

    public Task<Guid?> FindByRequestAsync(Guid requestId, CancellationToken cancellationToken) => IdAsync(dataSource.Command(ByRequest, requestId), cancellationToken);

    public Task<Guid?> FindRunningAsync(CancellationToken cancellationToken) => IdAsync(dataSource.Command(Running), cancellationToken);

    public Task<IReadOnlyList<Run>> ListAsync(PageToken? after, int limit, CancellationToken cancellationToken) =>
        ReadAsync(Page, cancellationToken, Sql.Time(after?.Time), after?.Id ?? Guid.Empty, limit);

    public Task<List<V1.QuarantinedRow>> QuarantinedAsync(string source, (DateTimeOffset Time, long Id)? after, int limit, CancellationToken cancellationToken) =>
        dataSource.Command(QuarantinePage, source, Sql.Time(after?.Time), after?.Id ?? 0L, limit).ListAsync(
            reader => new V1.QuarantinedRow
            {
                Id = reader.GetInt64(0),
                Source = reader.GetString(1),
                Dataset = reader.GetString(2),
                Reason = reader.GetString(3),
                Body = reader.GetString(4),
                FirstSeenAt = reader.GetFieldValue<DateTimeOffset>(5).ToTimestamp(),
                LastSeenAt = reader.GetFieldValue<DateTimeOffset>(6).ToTimestamp(),
                TimesSeen = reader.GetInt64(7),
            },
            cancellationToken);

    private static async Task<Guid?> IdAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
            return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    // Each row is one source of a run.
    private async Task<IReadOnlyList<Run>> ReadAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        var rows = await dataSource.Command(sql, parameters).ListAsync(
            reader => (
                Run: new Run(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset?>(4), []),
                Source: reader.IsDBNull(5) ? null : new SourceOutcome(
                    reader.GetString(5), reader.GetString(6), reader.GetInt64(7), reader.GetInt64(8), reader.GetInt64(9), reader.GetInt64(10), reader.GetInt64(11),
                    reader.GetInt64(12), reader.GetFieldValue<DateTimeOffset>(13), reader.GetFieldValue<DateTimeOffset?>(14), reader.GetString(15),
                    reader.GetFieldValue<DateTimeOffset?>(16))
                { MissingSpans = reader.GetFieldValue<string[]>(17) }),
            cancellationToken);
        return [.. rows.GroupBy(row => row.Run.Id).Select(run => run.First().Run with { Sources = [.. run.Select(row => row.Source).OfType<SourceOutcome>()] })];
    }
}
