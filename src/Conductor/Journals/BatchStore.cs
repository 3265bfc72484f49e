using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Catalogues;
using Pylon.Conductor.Circuits;
using Pylon.Conductor.Shared;
using Pylon.Postgres;

namespace Pylon.Conductor.Journals;

/// <summary>A report as it is kept.</summary>
/// <param name="Settled">Its event is published, or it changed nothing.</param>
internal sealed record KeptReport(PhaseReport Report, bool Settled);

/// <summary>A report that changed nothing.</summary>
/// <param name="Maker">The report that made the change before it.</param>
internal sealed record IdleReport(Guid Id, Guid Maker);

/// <summary>A batch as it is kept.</summary>
/// <param name="Expected">Entities announced; 0 when none were.</param>
/// <param name="Order">The revision of the last order that was placed; 0 without one.</param>
/// <param name="Published">Its definitions whose events are published.</param>
/// <param name="Left">Of its time to live.</param>
/// <param name="Traceparent">Of its newest definition that has one.</param>
internal sealed record KeptBatch(long Expected, long Order, IReadOnlyList<Guid> Published, TimeSpan Left, string? Traceparent);

/// <summary>The durable copy of batches.</summary>
internal sealed class BatchStore(PostgresCalls postgres, IOptions<ConductorOptions> options)
{
    // A batch that had expired begins anew.
    private const string Touch =
        """
        INSERT INTO batches AS b (batch_id, expected, since, updated_at)
        SELECT batch_id, max(expected), now(), now() FROM unnest($1::text[], $2::bigint[]) AS t (batch_id, expected)
        GROUP BY batch_id ORDER BY batch_id
        ON CONFLICT (batch_id) DO UPDATE SET
            updated_at = now(),
            since = CASE WHEN b.updated_at < now() - $3 THEN now() ELSE b.since END,
            expected = greatest(excluded.expected, CASE WHEN b.updated_at < now() - $3 THEN 0 ELSE b.expected END)
        """;

    // Leaves out what may change an order of work.
    private const string InsertReports =
        """
        INSERT INTO phase_reports
            (event_id, batch_id, phase, entity_id, succeeded, error_code, correlation_id, occurred_at, energy_kwh, started_at, ended_at)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::timestamptz[],
            $9::double precision[], $10::timestamptz[], $11::timestamptz[])
            AS t (event_id, batch_id, phase, entity_id, succeeded, error_code, correlation_id, occurred_at, energy_kwh, started_at, ended_at)
        WHERE batch_id <> ALL (ARRAY(SELECT w.batch_id FROM work w WHERE w.batch_id = ANY ($2)))
        ON CONFLICT (event_id) DO NOTHING
        RETURNING event_id
        """;

    // A report of a holder counts only while its lease lives: the part is completed in the same statement, whose lock on it
    // keeps a claim away. It tells the energy of the attempts before it with its own.
    private const string InsertReportsOfWork =
        $"""
        WITH told AS (
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::timestamptz[],
                $9::double precision[], $10::timestamptz[], $11::timestamptz[], $12::bigint[], $13::text[], $14::double precision[], $15::boolean[], $16::bigint[])
                AS t (event_id, batch_id, phase, entity_id, succeeded, error_code, correlation_id, occurred_at, energy_kwh, started_at, ended_at, token, output, used_kwh, estimated, revision)),
        held AS (
            UPDATE work_parts p SET done_at = now(), output = told.output, energy_kwh = told.used_kwh + p.spent_kwh, energy_estimated = told.estimated, failure = ''
            FROM told
            WHERE p.token = told.token AND p.batch_id = told.batch_id AND p.phase = told.phase AND 'part-' || p.part = told.entity_id
              AND p.done_at IS NULL AND p.due_at > now()
            RETURNING told.event_id, p.spent_kwh)
        INSERT INTO phase_reports
            (event_id, batch_id, phase, entity_id, succeeded, error_code, correlation_id, occurred_at, energy_kwh, started_at, ended_at, revision)
        SELECT event_id, batch_id, phase, entity_id, succeeded, error_code, correlation_id, occurred_at, energy_kwh + least(coalesce(spent_kwh, 0), 1000000 - energy_kwh), started_at, ended_at,
            CASE WHEN succeeded OR entity_id <> '' THEN 0 ELSE coalesce(revision, (SELECT w.placed FROM work w WHERE w.batch_id = told.batch_id), 0) END
        FROM told LEFT JOIN held USING (event_id) WHERE token IS NULL OR spent_kwh IS NOT NULL
        ON CONFLICT (event_id) DO NOTHING
        RETURNING {ReportColumns}
        """;

    // That a phase fails is told with the energy of the attempts at what is left of it. No attempt ends in between.
    private const string TellSpent =
        """
        WITH spent AS (
            SELECT r.event_id, p.batch_id, p.phase, p.part, p.spent_kwh
            FROM phase_reports r JOIN work w ON w.batch_id = r.batch_id AND w.placed = r.revision
                JOIN work_parts p ON p.batch_id = r.batch_id AND p.phase = r.phase AND p.done_at IS NULL
            WHERE r.event_id = ANY ($1) AND NOT r.succeeded AND r.entity_id = ''
            FOR UPDATE OF p),
        emptied AS (
            UPDATE work_parts p SET spent_kwh = 0 FROM spent s WHERE p.batch_id = s.batch_id AND p.phase = s.phase AND p.part = s.part AND s.spent_kwh > 0)
        UPDATE phase_reports r SET energy_kwh = least(coalesce(r.energy_kwh, 0) + s.kwh, 1000000)
        FROM (SELECT event_id AS id, sum(spent_kwh) AS kwh FROM spent GROUP BY event_id) s WHERE r.event_id = s.id AND s.kwh > 0
        """;

    private const string ReportColumns =
        "event_id, batch_id, phase, entity_id, succeeded, error_code, correlation_id, occurred_at, settled_at IS NOT NULL, energy_kwh, started_at, ended_at, revision";

    private const string SelectReports = $"SELECT {ReportColumns} FROM phase_reports WHERE event_id = ANY ($1)";

    private const string SelectReportsOfBatch =
        $"""
        SELECT {ReportColumns} FROM phase_reports
        WHERE batch_id = $1 AND recorded_at >= (SELECT since FROM batches WHERE batch_id = $1) ORDER BY seq
        """;

    private const string SelectUnsettledOfBatch =
        $"SELECT {ReportColumns} FROM phase_reports WHERE batch_id = $1 AND settled_at IS NULL ORDER BY seq LIMIT 20000";

    private const string SelectBatch =
        """
        SELECT expected, coalesce((SELECT w.placed FROM work w WHERE w.batch_id = b.batch_id), 0),
            ARRAY(SELECT id FROM definitions d WHERE d.batch_id = b.batch_id AND d.recorded_at >= b.since AND d.settled_at IS NOT NULL),
            updated_at + $2 - now(),
            (SELECT traceparent FROM definitions d WHERE d.batch_id = b.batch_id AND d.recorded_at >= b.since AND d.traceparent IS NOT NULL ORDER BY seq DESC LIMIT 1)
        FROM batches b WHERE batch_id = $1 AND updated_at >= now() - $2
        """;

    private const string SettleReports = "UPDATE phase_reports SET settled_at = now() WHERE event_id = ANY ($1) AND settled_at IS NULL";

    // When Redis loses the change of a maker that is not published, this report may have to make the change.
    private const string SettleIdle =
        """
        WITH idle AS (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS t (id, maker)),
        waiting AS (SELECT idle.id FROM idle JOIN phase_reports m ON m.event_id = idle.maker WHERE m.settled_at IS NULL),
        settled AS (
            UPDATE phase_reports SET settled_at = now()
            WHERE event_id IN (SELECT id FROM idle EXCEPT SELECT id FROM waiting) AND settled_at IS NULL)
        SELECT id FROM waiting
        """;

    private const string SettleDefinitions = "UPDATE definitions SET settled_at = now() WHERE id = ANY ($1) AND settled_at IS NULL";

    private const string SelectUnsettledBatches =
        """
        SELECT DISTINCT batch_id FROM (
            (SELECT batch_id FROM phase_reports WHERE settled_at IS NULL AND recorded_at < now() - $1 ORDER BY recorded_at LIMIT 5000)
            UNION ALL
            (SELECT batch_id FROM definitions WHERE settled_at IS NULL AND recorded_at < now() - $1 ORDER BY recorded_at LIMIT 5000)) u
        LIMIT 100
        """;

    private const string InsertDefinitions =
        """
        INSERT INTO definitions (id, batch_id, pipeline, verdicts, correlation_id, total_entities, defined_at, traceparent)
        SELECT id, batch_id, pipeline, verdicts::jsonb, correlation_id, total_entities, defined_at, traceparent
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[], $8::text[])
            AS t (id, batch_id, pipeline, verdicts, correlation_id, total_entities, defined_at, traceparent)
        ON CONFLICT (id) DO NOTHING
        RETURNING id
        """;

    private const string DefinitionColumns = "id, batch_id, pipeline, verdicts::text, correlation_id, total_entities, defined_at, traceparent";
    private const string SelectDefinitions = $"SELECT {DefinitionColumns} FROM definitions WHERE id = ANY ($1)";

    private const string SelectDefinitionsOfBatch =
        $"""
        SELECT {DefinitionColumns} FROM definitions
        WHERE batch_id = $1 AND recorded_at >= (SELECT since FROM batches WHERE batch_id = $1 AND updated_at >= now() - $3)
        ORDER BY seq DESC LIMIT $2
        """;

    private const string SelectUnsettledDefinitions =
        $"SELECT {DefinitionColumns} FROM definitions WHERE batch_id = $1 AND settled_at IS NULL ORDER BY seq";

    private const string SelectIds =
        """
        SELECT batch_id FROM batches WHERE batch_id COLLATE "C" > $1 AND updated_at >= now() - $3 AND ($4::uuid IS NULL OR owner_of_batch(batch_id) = $4) ORDER BY batch_id COLLATE "C" LIMIT $2
        """;

    private TimeSpan Ttl => options.Value.StateTtl;

    /// <summary>
    /// Keeps the reports that are not kept yet, all or none, but those of batches with an order of work; their ids. A report's id may be
    /// there several times. Most batches have no order, and their reports cost one look for it.
    /// </summary>
    public Task<IReadOnlySet<Guid>> InsertAsync(IReadOnlyList<PhaseReport> reports, CancellationToken cancellationToken) =>
        InsertAsync([Touched(reports), Sql.Statement(InsertReports, Columns(reports))], cancellationToken);

    /// <summary>The same for all of them, with what they change in the orders of their batches; those that are kept now, as they are.</summary>
    public async Task<IEnumerable<PhaseReport>> InsertOfWorkAsync(IReadOnlyList<PhaseReport> reports, CancellationToken cancellationToken)
    {
        var failed = reports.Where(r => r.FailsPhase).Select(r => r.EventId).ToArray();
        var kept = (await postgres.ListAsync(
            [
                Touched(reports),
                Sql.Statement(
                    InsertReportsOfWork,
                    [
                        .. Columns(reports),
                        Column(reports, r => r.Held?.Token),
                        Column(reports, r => r.Held?.Output),
                        Column(reports, r => r.Held?.EnergyKwh),
                        Column(reports, r => r.Held?.IsEstimated),
                        Column(reports, r => r.Revision),
                    ]),
                .. failed.Length > 0 ? (NpgsqlBatchCommand[])[Sql.Statement(TellSpent, (object)failed)] : [],
                .. OrderStatements.Reported(reports),
            ],
            Report,
            cancellationToken)).ToDictionary(one => one.Report.EventId, one => one.Report);
        foreach (var one in failed.Length > 0 ? await FindAsync(kept.Keys.Intersect(failed).ToList(), cancellationToken) : [])
            kept[one.Report.EventId] = one.Report;
        return kept.Values;
    }

    /// <summary>Keeps the definitions that are not kept yet, all or none; their ids. An id may be there several times.</summary>
    public Task<IReadOnlySet<Guid>> InsertAsync(IReadOnlyList<PipelineDefinition> definitions, CancellationToken cancellationToken) =>
        InsertAsync(
            [
                Sql.Statement(Touch, Column(definitions, d => d.BatchId), Column(definitions, d => d.TotalEntities ?? 0), Ttl),
                Sql.Statement(
                    InsertDefinitions,
                    Column(definitions, d => d.Id),
                    Column(definitions, d => d.BatchId),
                    Column(definitions, d => d.Resolution.Pipeline),
                    Column(definitions, d => JsonSerializer.Serialize(d.Resolution.Verdicts, JsonSerializerOptions.Web)),
                    Column(definitions, d => d.CorrelationId),
                    Column(definitions, d => d.TotalEntities),
                    Column(definitions, d => d.DefinedAt.UtcDateTime),
                    Column(definitions, d => d.Traceparent)),
                .. OrderStatements.Placed(definitions),
            ],
            cancellationToken);

    public Task<List<PipelineDefinition>> FindDefinitionsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        postgres.ListAsync(SelectDefinitions, Definition, cancellationToken, ids.ToArray());

    public Task<List<KeptReport>> FindAsync(IReadOnlyCollection<Guid> eventIds, CancellationToken cancellationToken) =>
        postgres.ListAsync(SelectReports, Report, cancellationToken, eventIds.ToArray());

    /// <summary>Everything reported of the batch since it began, in the order in which it was kept.</summary>
    public Task<List<KeptReport>> OfBatchAsync(string batchId, CancellationToken cancellationToken) =>
        postgres.ListAsync(SelectReportsOfBatch, Report, cancellationToken, batchId);

    public Task<List<KeptReport>> UnsettledOfBatchAsync(string batchId, CancellationToken cancellationToken) =>
        postgres.ListAsync(SelectUnsettledOfBatch, Report, cancellationToken, batchId);

    /// <summary>Null for a batch that is not kept, or has expired.</summary>
    public async Task<KeptBatch?> FindBatchAsync(string batchId, CancellationToken cancellationToken) =>
        (await postgres.ListAsync(SelectBatch, r => new KeptBatch(r.GetInt64(0), r.GetInt64(1), r.GetFieldValue<Guid[]>(2), r.GetTimeSpan(3), r.IsDBNull(4) ? null : r.GetString(4)), cancellationToken, batchId, Ttl)).FirstOrDefault();

    public Task SettleAsync(IReadOnlyCollection<Guid> eventIds, CancellationToken cancellationToken) =>
        postgres.ExecuteAsync(SettleReports, cancellationToken, eventIds.ToArray());

    /// <summary>Settles the reports that changed nothing, but for those whose makers are not settled yet; the ids of the latter.</summary>
    public Task<List<Guid>> SettleIdleAsync(IReadOnlyCollection<IdleReport> reports, CancellationToken cancellationToken) =>
        postgres.ListAsync(SettleIdle, Id, cancellationToken, reports.Select(r => r.Id).ToArray(), reports.Select(r => r.Maker).ToArray());

    public Task SettleDefinitionsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        postgres.ExecuteAsync(SettleDefinitions, cancellationToken, ids.ToArray());

    /// <summary>Batches with something that ought to have been published by now.</summary>
    public Task<List<string>> UnsettledAsync(TimeSpan olderThan, CancellationToken cancellationToken) =>
        postgres.ListAsync(SelectUnsettledBatches, Text, cancellationToken, olderThan);

    public Task<List<PipelineDefinition>> DefinitionsAsync(string batchId, int max, CancellationToken cancellationToken) =>
        postgres.ListAsync(SelectDefinitionsOfBatch, Definition, cancellationToken, batchId, max, Ttl);

    public Task<List<PipelineDefinition>> UnsettledDefinitionsAsync(string batchId, CancellationToken cancellationToken) =>
        postgres.ListAsync(SelectUnsettledDefinitions, Definition, cancellationToken, batchId);

    /// <summary>Ids of a tenant's batches.</summary>
    public Task<List<string>> ListAsync(Tenant tenant, string? after, int max, CancellationToken cancellationToken) =>
        postgres.ListAsync(tenant, SelectIds, Text, cancellationToken, after ?? "", max, Ttl, tenant.Parameter);

    /// <summary>Takes the order of a batch back, unless there is a later one.</summary>
    public Task WithdrawAsync(string batchId, long revision, CancellationToken cancellationToken) => postgres.ListAsync(
        [Sql.Statement(Touch, (string[])[batchId], (long[])[0], Ttl), .. OrderStatements.Withdrawn(batchId, revision)], Text, cancellationToken);

    private async Task<IReadOnlySet<Guid>> InsertAsync(IReadOnlyList<NpgsqlBatchCommand> statements, CancellationToken cancellationToken) =>
        (await postgres.ListAsync(statements, Id, cancellationToken)).ToHashSet();

    private NpgsqlBatchCommand Touched(IReadOnlyList<PhaseReport> reports) => Sql.Statement(Touch, Column(reports, r => r.BatchId), Column(reports, _ => 0L), Ttl);

    private static object?[] Columns(IReadOnlyList<PhaseReport> reports) =>
    [
        Column(reports, r => r.EventId),
        Column(reports, r => r.BatchId),
        Column(reports, r => r.Phase),
        Column(reports, r => r.EntityId),
        Column(reports, r => r.Succeeded),
        Column(reports, r => r.ErrorCode),
        Column(reports, r => r.CorrelationId),
        Column(reports, r => r.OccurredAt.UtcDateTime),
        Column(reports, r => r.Work.EnergyKwh),
        Column(reports, r => r.Work.StartedAt?.UtcDateTime),
        Column(reports, r => r.Work.EndedAt?.UtcDateTime),
    ];

    private static TColumn[] Column<T, TColumn>(IReadOnlyList<T> rows, Func<T, TColumn> select) => [.. rows.Select(select)];

    private static Guid Id(NpgsqlDataReader reader) => reader.GetGuid(0);

    private static string Text(NpgsqlDataReader reader) => reader.GetString(0);

    private static KeptReport Report(NpgsqlDataReader reader) => new(
        new PhaseReport(
            reader.GetGuid(0),
            reader.GetString(1),
            reader.GetString(2),
            reader.GetString(3),
            reader.GetBoolean(4),
            reader.GetString(5),
            reader.GetString(6),
            reader.GetFieldValue<DateTimeOffset>(7))
        {
            Work = PhaseWork.Of(
                reader.GetFieldValue<double?>(9), reader.GetFieldValue<DateTimeOffset?>(10), reader.GetFieldValue<DateTimeOffset?>(11)),
            Revision = reader.GetInt64(12),
        },
        reader.GetBoolean(8));

    private static PipelineDefinition Definition(NpgsqlDataReader reader) => new(
        reader.GetGuid(0),
        reader.GetString(1),
        new Resolution(reader.GetString(2), JsonSerializer.Deserialize<List<Verdict>>(reader.GetString(3), JsonSerializerOptions.Web)!),
        reader.GetString(4),
        reader.IsDBNull(5) ? null : reader.GetInt64(5),
        reader.GetFieldValue<DateTimeOffset>(6),
        reader.IsDBNull(7) ? null : reader.GetString(7));
}
