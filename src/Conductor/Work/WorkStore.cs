using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Circuits;
using Pylon.Conductor.V1;
using Pylon.Postgres;

namespace Pylon.Conductor.Work;

/// <summary>Who holds which part. The clock of every lease is that of PostgreSQL.</summary>
internal sealed class WorkStore(PostgresCalls postgres, IOptions<WorkOptions> options)
{
    private const int MaxListed = 1_000;

    // One statement serves many workers that may get the same parts: $4 has a worker for each part at most. Materialised, because
    // the planner may run a subquery again, and each time it takes other rows.
    private const string ClaimOf =
        """
        WITH due AS MATERIALIZED (
            SELECT batch_id, phase, part, row_number() OVER (ORDER BY due_at, batch_id, part) AS n
            FROM unnest($1::text[]) z (zone) CROSS JOIN unnest($2::text[]) j (job) CROSS JOIN LATERAL (
                SELECT p.batch_id, p.phase, p.part, p.due_at FROM work_parts p
                WHERE {0}p.done_at IS NULL AND p.zone = z.zone AND p.job = j.job AND p.due_at <= now() AND p.deadline > now() AND p.claims < $5
                ORDER BY p.due_at LIMIT $3
                FOR UPDATE SKIP LOCKED) ready
            ORDER BY due_at, batch_id, part LIMIT $3)
        UPDATE work_parts p SET
            token = nextval('work_tokens'), worker = ($4::text[])[due.n], claimed_at = now(), claims = claims + 1, output = '', failure = '',
            due_at = least(now() + $6, p.deadline)
        FROM due JOIN work w ON w.batch_id = due.batch_id
        WHERE p.batch_id = due.batch_id AND p.phase = due.phase AND p.part = due.part
        RETURNING p.worker, p.token, p.batch_id, p.phase, p.part, p.claims, p.job, w.parameters::text, p.due_at - now(), nullif(p.deadline, 'infinity'), w.steps::text,
            w.correlation_id, w.parts
        """;

    // Two texts, because one plan cannot use the index of the operator and do without it.
    private static readonly string ClaimOfAll = string.Format(CultureInfo.InvariantCulture, ClaimOf, "");
    private static readonly string ClaimOfOperator = string.Format(CultureInfo.InvariantCulture, ClaimOf, "p.operator_id = $7 AND ");

    private const string Renew =
        """
        WITH told AS (SELECT * FROM unnest($1::bigint[], $2::text[]) AS t (token, output)),
        held AS (
            SELECT p.token FROM work_parts p JOIN told USING (token) WHERE p.done_at IS NULL AND p.due_at > now() AND ($4 IS NULL OR p.operator_id = $4) ORDER BY p.token FOR UPDATE OF p)
        UPDATE work_parts p SET due_at = least(now() + $3, p.deadline), output = told.output
        FROM held JOIN told USING (token) WHERE p.token = held.token
        RETURNING p.token, p.due_at - now()
        """;

    // The energy of the attempt waits for the report that ends the part. A part that is handed back may be claimed at once. One that failed for good is as often failed as a part may be.
    private const string GiveBack =
        """
        UPDATE work_parts p SET
            token = NULL,
            claims = p.claims - CASE WHEN $2 THEN 1 ELSE 0 END,
            failures = CASE WHEN $2 THEN p.failures WHEN $3 THEN greatest(p.failures + 1, $4) ELSE p.failures + 1 END,
            failure = $5, output = $6, spent_kwh = p.spent_kwh + $11,
            due_at = CASE WHEN $2 THEN now() WHEN $3 OR p.failures + 1 >= $4 THEN 'infinity'::timestamptz ELSE now() + $7 * power(2, p.failures) END
        WHERE p.token = $1 AND p.batch_id = $8 AND p.phase = $9 AND p.part = $10 AND p.done_at IS NULL AND p.due_at > now()
        RETURNING CASE WHEN p.due_at < 'infinity' THEN p.due_at END, (SELECT w.placed FROM work w WHERE w.batch_id = p.batch_id)
        """;

    private const string Dead =
        """
        (SELECT w.batch_id, first.phase, w.correlation_id, 'DEADLINE_PASSED', w.placed
         FROM work w CROSS JOIN LATERAL (SELECT p.phase FROM work_parts p WHERE p.batch_id = w.batch_id AND p.done_at IS NULL ORDER BY p.place LIMIT 1) first
         WHERE w.ended_at IS NULL AND w.deadline <= now()
         LIMIT 100)
        UNION ALL
        (SELECT DISTINCT p.batch_id, p.phase, w.correlation_id, CASE WHEN p.failures >= $1 THEN p.failure ELSE 'TOO_MANY_CLAIMS' END, w.placed
         FROM work w JOIN work_parts p USING (batch_id)
         WHERE w.ended_at IS NULL AND p.done_at IS NULL AND (p.failures > 0 OR p.claims > 1) AND (p.failures >= $1 OR (p.claims >= $2 AND p.due_at <= now()))
         LIMIT 100)
        """;

    // Work that waits for its window keeps its batch.
    private const string Keep =
        """
        UPDATE batches b SET updated_at = now() FROM work w
        WHERE w.batch_id = b.batch_id AND w.ended_at IS NULL AND b.updated_at < now() - $1 / 2
        """;

    private const string Join =
        """
        INSERT INTO workers (name, zones, jobs, operator_id) VALUES ($1, $2, $3, $4)
        ON CONFLICT (name, operator_id) DO UPDATE SET zones = excluded.zones, jobs = excluded.jobs, seen_at = now()
        """;

    private const string Seen = "UPDATE workers SET seen_at = now() WHERE name = $1 AND operator_id IS NOT DISTINCT FROM $2 AND seen_at < now() - interval '30 seconds'";

    private const string Forget = "DELETE FROM workers WHERE seen_at < now() - interval '1 day'";

    private const string Workers =
        """
        SELECT w.name, w.zones, w.jobs::text, w.seen_at, coalesce(sum(h.parts), 0)::int
        FROM workers w LEFT JOIN (
            SELECT worker, operator_id, count(*)::int AS parts FROM work_parts
            WHERE done_at IS NULL AND token IS NOT NULL AND due_at > now() AND ($1 IS NULL OR operator_id = $1) GROUP BY worker, operator_id) h
            ON h.worker = w.name AND (w.operator_id IS NULL OR w.operator_id = h.operator_id)
        WHERE w.seen_at >= now() - interval '1 day' AND ($1 IS NULL OR w.operator_id IS NULL OR w.operator_id = $1)
        GROUP BY w.name, w.operator_id, w.zones, w.jobs, w.seen_at ORDER BY w.name LIMIT 1000
        """;

    private const string Jobs =
        """
        SELECT j FROM workers w CROSS JOIN jsonb_array_elements(w.jobs -> 'jobs') j
        WHERE w.seen_at >= now() - interval '1 day' AND ($1 IS NULL OR w.operator_id IS NULL OR w.operator_id = $1) ORDER BY w.seen_at DESC LIMIT 5000
        """;

    private const string List =
        """
        SELECT p.phase, p.part, p.worker, p.claimed_at, p.done_at, p.claims, p.output, p.failure, p.energy_kwh, p.energy_estimated,
            CASE WHEN p.done_at IS NOT NULL THEN 'Completed' WHEN w.ended_at IS NOT NULL THEN 'Failed' WHEN p.due_at <= now() THEN 'Ready'
                 WHEN p.token IS NOT NULL THEN 'Running' ELSE 'Waiting' END
        FROM work w JOIN work_parts p USING (batch_id) WHERE w.batch_id = $1 AND ($3 IS NULL OR p.operator_id = $3) ORDER BY p.place, p.part LIMIT $2
        """;

    private WorkOptions Options => options.Value;

    /// <summary>Gives parts to workers that may get the same ones. A worker is there as often as it takes parts.</summary>
    public Task<List<HeldWork>> ClaimAsync(WorkRequest like, IReadOnlyList<string> workers, CancellationToken cancellationToken) => postgres.ListAsync(
        like.Tenant.IsAll ? ClaimOfAll : ClaimOfOperator,
        Held,
        cancellationToken,
        [like.Zones.Append("").ToArray(), like.Jobs.ToArray(), workers.Count, workers.ToArray(), Options.MaxClaims, Options.Lease, .. like.Tenant.IsAll ? (object[])[] : [like.Tenant.Parameter]]);

    /// <summary>The leases that are extended; the others are lost.</summary>
    public Task<List<Renewed>> RenewAsync(Tenant tenant, IReadOnlyList<Renewal> renewals, CancellationToken cancellationToken) => postgres.ListAsync(
        Renew,
        row => new Renewed { Token = row.GetInt64(0), Lease = row.GetTimeSpan(1).ToDuration() },
        cancellationToken,
        renewals.Select(r => r.Token).ToArray(),
        renewals.Select(r => r.Output).ToArray(),
        Options.Lease,
        tenant.Parameter);

    /// <summary>Null when the lease is lost.</summary>
    public async Task<GivenBack?> GiveBackAsync(FailWorkRequest part, int number, CancellationToken cancellationToken) => (await postgres.ListAsync(
        GiveBack,
        row => new GivenBack(row.GetFieldValue<DateTimeOffset?>(0), row.GetInt64(1)),
        cancellationToken,
        part.Token, part.HandBack, part.ForGood, Options.MaxFailures, part.Reason, part.Output, Options.RetryDelay, part.BatchId, part.Phase, number, part.EnergyKwh)).FirstOrDefault();

    /// <summary>Phases past their deadline, or with a part that failed too often.</summary>
    public Task<List<DeadPhase>> DeadAsync(CancellationToken cancellationToken) => postgres.ListAsync(
        Dead, row => new DeadPhase(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4)), cancellationToken, Options.MaxFailures, Options.MaxClaims);

    /// <summary>Keeps batches that wait for their window, and forgets workers that are gone.</summary>
    public async Task KeepAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        await postgres.ExecuteAsync(Keep, cancellationToken, timeToLive);
        await postgres.ExecuteAsync(Forget, cancellationToken);
    }

    public Task JoinAsync(Tenant tenant, V1.Worker worker, CancellationToken cancellationToken) => postgres.ExecuteAsync(
        Join, cancellationToken, worker.Name, worker.Zones.ToArray(), Sql.Json(JsonFormatter.Default.Format(new V1.Worker { Jobs = { worker.Jobs } })), tenant.Parameter);

    /// <summary>Notes that a worker is there.</summary>
    public Task SeenAsync(Tenant tenant, string name, CancellationToken cancellationToken) => postgres.ExecuteAsync(Seen, cancellationToken, name, tenant.Parameter);

    /// <summary>The workers that may get the work of a tenant.</summary>
    public Task<List<V1.Worker>> WorkersAsync(Tenant tenant, CancellationToken cancellationToken) => postgres.ListAsync(
        tenant,
        Workers,
        row =>
        {
            var worker = JsonParser.Default.Parse<V1.Worker>(row.GetString(2));
            (worker.Name, worker.SeenAt, worker.Running) = (row.GetString(0), row.GetFieldValue<DateTimeOffset>(3).ToTimestamp(), row.GetInt32(4));
            worker.Zones.AddRange(row.GetFieldValue<string[]>(1));
            return worker;
        },
        cancellationToken,
        tenant.Parameter);

    /// <summary>The jobs that these workers offer; those of the worker that was seen last come first.</summary>
    public Task<List<WorkerJob>> JobsAsync(Tenant tenant, CancellationToken cancellationToken) =>
        postgres.ListAsync(tenant, Jobs, row => JsonParser.Default.Parse<WorkerJob>(row.GetString(0)), cancellationToken, tenant.Parameter);

    public Task<List<WorkPart>> ListAsync(Tenant tenant, string batchId, CancellationToken cancellationToken) =>
        postgres.ListAsync(tenant, List, Part, cancellationToken, batchId, MaxListed, tenant.Parameter);

    private static HeldWork Held(NpgsqlDataReader row)
    {
        var claim = new Claim
        {
            Token = row.GetInt64(1),
            BatchId = row.GetString(2),
            Phase = row.GetString(3),
            Part = PartName.Of(row.GetInt32(4)),
            Attempt = row.GetInt32(5),
            Job = row.GetString(6),
            Lease = row.GetTimeSpan(8).ToDuration(),
            Deadline = row.GetFieldValue<DateTimeOffset?>(9)?.ToTimestamp(),
            CorrelationId = row.GetString(11),
            Parts = row.GetInt32(12),
        };
        claim.Parameters.Add(JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(7), JsonSerializerOptions.Web)!);
        claim.Steps.AddRange(JsonSerializer.Deserialize<List<OrderStep>>(row.GetString(10), JsonSerializerOptions.Web)!
            .Select(step => new PlannedStep { StartTime = step.Start.ToTimestamp(), EndTime = step.End.ToTimestamp() }));
        return new HeldWork(row.GetString(0), claim);
    }

    private static WorkPart Part(NpgsqlDataReader row)
    {
        var part = new WorkPart
        {
            Phase = row.GetString(0),
            Part = PartName.Of(row.GetInt32(1)),
            Worker = row.GetString(2),
            ClaimedAt = row.GetFieldValue<DateTimeOffset?>(3)?.ToTimestamp(),
            EndedAt = row.GetFieldValue<DateTimeOffset?>(4)?.ToTimestamp(),
            Attempts = row.GetInt32(5),
            Output = row.GetString(6),
            Failure = row.GetString(7),
            EnergyEstimated = row.GetBoolean(9),
            State = System.Enum.Parse<WorkPartState>(row.GetString(10)),
        };
        if (row.GetFieldValue<double?>(8) is { } energy)
            part.EnergyKwh = energy;
        return part;
    }
}
