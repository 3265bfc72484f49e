using System.Text.Json;
using Npgsql;
using Pylon.Conductor.Batches;
using Pylon.Postgres;

namespace Pylon.Conductor.Journals;

/// <summary>
/// What reports and definitions change in the orders of their batches, in the same transaction. Its first statement locks the
/// row of each batch, so two of them never change one order at a time; and each statement sees what those before it did.
/// </summary>
internal static class OrderStatements
{
    // A part that is completed already is not handed out. A holder keeps its lease, unless its time is now a later one.
    private const string Place =
        """
        WITH placed AS (
            INSERT INTO work (batch_id, revision, placed, correlation_id, parameters, parts, not_before, deadline, steps)
            SELECT batch_id, revision, revision, correlation_id, parameters::jsonb, parts, coalesce(not_before, now()), coalesce(deadline, 'infinity'), steps::jsonb
            FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::integer[], $6::timestamptz[], $7::timestamptz[], $8::text[])
                AS t (batch_id, revision, correlation_id, parameters, parts, not_before, deadline, steps)
            ON CONFLICT (batch_id) DO UPDATE SET
                revision = excluded.revision, placed = excluded.placed, correlation_id = excluded.correlation_id, parameters = excluded.parameters, parts = excluded.parts,
                not_before = excluded.not_before, deadline = excluded.deadline, steps = excluded.steps, ended_at = NULL, failed = '{}'
            WHERE work.revision < excluded.revision
            RETURNING batch_id, owner_of_batch(batch_id) AS operator_id, parts, not_before, deadline)
        INSERT INTO work_parts AS p (batch_id, operator_id, place, part, phase, zone, job, deadline, due_at)
        SELECT w.batch_id, w.operator_id, t.place, n, t.phase, t.zone, t.job, w.deadline, 'infinity'
        FROM placed w JOIN unnest($9::text[], $10::integer[], $11::text[], $12::text[], $13::text[]) AS t (batch_id, place, phase, zone, job) USING (batch_id)
            CROSS JOIN generate_series(1, w.parts) n
        WHERE NOT EXISTS (
            SELECT FROM phase_reports r JOIN batches b ON b.batch_id = r.batch_id
            WHERE r.batch_id = w.batch_id AND r.recorded_at >= b.since AND r.phase = t.phase AND r.succeeded AND r.entity_id IN ('', 'part-' || n))
        ON CONFLICT (batch_id, phase, part) DO UPDATE SET
            place = excluded.place, zone = excluded.zone, job = excluded.job, deadline = excluded.deadline, failures = 0,
            due_at = CASE
                WHEN p.token IS NULL OR p.due_at <= now() OR (SELECT w.not_before FROM placed w WHERE w.batch_id = excluded.batch_id) > now() THEN 'infinity'
                ELSE p.due_at END
        WHERE p.done_at IS NULL
        """;

    // Those of nobody who holds the part; an empty entity is the whole phase.
    private const string Complete =
        """
        UPDATE work_parts p SET done_at = now()
        FROM unnest($1::text[], $2::text[], $3::text[]) AS t (batch_id, phase, entity_id)
        WHERE p.batch_id = t.batch_id AND p.phase = t.phase AND t.entity_id IN ('', 'part-' || p.part) AND p.done_at IS NULL
        """;

    // A phase with nothing left to do is complete: that it failed comes late. So does a failure under an order before, and one that
    // is repeated. A phase that is not of the order is not its failure.
    private const string Fail =
        """
        UPDATE work w SET ended_at = coalesce(w.ended_at, now()), failed = w.failed || t.phases
        FROM (
            SELECT r.batch_id, r.revision, array_agg(DISTINCT r.phase) AS phases FROM phase_reports r
            WHERE r.event_id = ANY ($1) AND NOT r.succeeded AND r.entity_id = ''
              AND EXISTS (SELECT FROM work_parts p WHERE p.batch_id = r.batch_id AND p.phase = r.phase AND p.done_at IS NULL)
            GROUP BY r.batch_id, r.revision) t
        WHERE w.batch_id = t.batch_id AND w.placed = t.revision AND (w.ended_at IS NULL OR w.failed <> '{}') AND NOT w.failed @> t.phases
        """;

    // Its failed phases are complete after all. What had failed of the others is tried anew: it waits since the order ended.
    private const string Resume =
        """
        WITH resumed AS (
            UPDATE work w SET ended_at = NULL, failed = '{}'
            WHERE w.batch_id = ANY ($1) AND w.failed <> '{}'
              AND NOT EXISTS (SELECT FROM work_parts p WHERE p.batch_id = w.batch_id AND p.phase = ANY (w.failed) AND p.done_at IS NULL)
            RETURNING batch_id)
        UPDATE work_parts p SET failures = 0 FROM resumed r WHERE p.batch_id = r.batch_id AND p.done_at IS NULL AND p.failures > 0
        """;

    // An order with nothing left to do has ended, and one that has ended hands out nothing.
    private const string End =
        """
        UPDATE work w SET ended_at = now()
        WHERE w.batch_id = ANY ($1) AND w.ended_at IS NULL AND NOT EXISTS (SELECT FROM work_parts p WHERE p.batch_id = w.batch_id AND p.done_at IS NULL)
        """;

    private const string Close =
        """
        UPDATE work_parts p SET due_at = 'infinity', token = NULL
        FROM work w WHERE w.batch_id = ANY ($1) AND w.ended_at IS NOT NULL AND p.batch_id = w.batch_id AND p.done_at IS NULL AND (p.due_at < 'infinity' OR p.token IS NOT NULL)
        """;

    // The earliest phase that is not complete. What waits without a failure was never due, or is due anew by a later order; what
    // waits with one has failed for good. Its claims count anew.
    private const string Open =
        """
        UPDATE work_parts p SET due_at = w.not_before, token = NULL, claims = 0
        FROM work w JOIN (
            SELECT batch_id, min(place) AS place FROM work_parts WHERE batch_id = ANY ($1) AND done_at IS NULL GROUP BY batch_id) first USING (batch_id)
        WHERE w.ended_at IS NULL AND p.batch_id = w.batch_id AND p.place = first.place AND p.done_at IS NULL AND p.due_at = 'infinity' AND p.failures = 0
        """;

    private const string Withdraw =
        """
        INSERT INTO work (batch_id, revision, not_before, deadline, ended_at) VALUES ($1, $2, now(), 'infinity', now())
        ON CONFLICT (batch_id) DO UPDATE SET revision = excluded.revision, ended_at = coalesce(work.ended_at, now()), failed = '{}'
        WHERE work.revision <= excluded.revision
        """;

    public static IEnumerable<NpgsqlBatchCommand> Reported(IReadOnlyList<PhaseReport> reports)
    {
        var ids = reports.Select(r => r.BatchId).Distinct(StringComparer.Ordinal).ToArray();
        var done = reports.Where(r => r.Succeeded && r.Held is null).ToList();
        if (done.Count > 0)
            yield return Sql.Statement(Complete, done.Select(r => r.BatchId).ToArray(), done.Select(r => r.Phase).ToArray(), done.Select(r => r.EntityId).ToArray());
        var failed = reports.Where(r => r.FailsPhase).ToList();
        if (failed.Count > 0)
        {
            yield return Sql.Statement(Fail, (object)failed.Select(r => r.EventId).ToArray());
            yield return Sql.Statement(Close, (object)failed.Select(r => r.BatchId).ToArray());
        }

        if (reports.Any(r => r.Succeeded))
        {
            yield return Sql.Statement(Resume, (object)ids);
            yield return Sql.Statement(Open, (object)ids);
            yield return Sql.Statement(End, (object)ids);
        }
    }

    public static IEnumerable<NpgsqlBatchCommand> Placed(IReadOnlyList<PipelineDefinition> definitions)
    {
        // The database takes one row for a batch.
        var placed = definitions.Where(d => d.Order is not null).GroupBy(d => d.BatchId, StringComparer.Ordinal).Select(d => d.MaxBy(one => one.Order!.Revision)!).ToList();
        if (placed.Count == 0)
            yield break;
        var ids = placed.Select(d => d.BatchId).ToArray();
        var phases = placed.SelectMany(d => d.Resolution.Final.Select((phase, i) => (d.BatchId, Place: i + 1, Phase: phase, d.Order!.Zone, d.Order.Job))).ToList();
        yield return Sql.Statement(
            Place,
            ids,
            placed.Select(d => d.Order!.Revision).ToArray(),
            placed.Select(d => d.CorrelationId).ToArray(),
            placed.Select(d => JsonSerializer.Serialize(d.Order!.Parameters, JsonSerializerOptions.Web)).ToArray(),
            placed.Select(d => d.Order!.Parts).ToArray(),
            placed.Select(d => d.Order!.NotBefore?.UtcDateTime).ToArray(),
            placed.Select(d => d.Order!.Deadline?.UtcDateTime).ToArray(),
            placed.Select(d => JsonSerializer.Serialize(d.Order!.Steps, JsonSerializerOptions.Web)).ToArray(),
            phases.Select(p => p.BatchId).ToArray(),
            phases.Select(p => p.Place).ToArray(),
            phases.Select(p => p.Phase).ToArray(),
            phases.Select(p => p.Zone).ToArray(),
            phases.Select(p => p.Job).ToArray());
        yield return Sql.Statement(Open, (object)ids);
        yield return Sql.Statement(End, (object)ids);
    }

    public static IEnumerable<NpgsqlBatchCommand> Withdrawn(string batchId, long revision) =>
        [Sql.Statement(Withdraw, batchId, revision), Sql.Statement(Close, (object)(string[])[batchId])];
}
