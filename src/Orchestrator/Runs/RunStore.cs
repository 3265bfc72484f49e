using Npgsql;
using Pylon.Common.V1;
using Pylon.Events.V1;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Runs;

/// <summary>Batch runs of workloads. The table is also the queue of calls to the Conductor.</summary>
internal sealed class RunStore(TenantDatabase database, ILogger<RunStore> logger) : IWorkloadHandler
{
    // The order that is placed then is a later one: what failed under the one before has not failed.
    private const string Insert =
        """
        INSERT INTO workload_runs (workload_id, pipeline, correlation_id, work, parts)
        SELECT w.id, $2, coalesce(w.transaction_id, w.id)::text, $3, $4 FROM compute_workloads w WHERE w.id = $1
        ON CONFLICT (workload_id) DO UPDATE SET
            state = 'requested', attempts = 0, failure_reason = NULL, due_at = now(), requested_at = now(), defined_at = NULL, ended_at = NULL, updated_at = now(),
            progress = CASE WHEN workload_runs.progress ->> 'phases' LIKE '%PHASE_RUN_STATE_FAILED%' THEN jsonb_build_object('phases', (
                SELECT jsonb_agg(CASE p ->> 'state' WHEN 'PHASE_RUN_STATE_FAILED' THEN (p - 'endedAt') || '{"state": "PHASE_RUN_STATE_WAITING"}' ELSE p END ORDER BY place)
                FROM jsonb_array_elements(workload_runs.progress -> 'phases') WITH ORDINALITY AS t (p, place))) ELSE workload_runs.progress END,
            work = excluded.work, parts = excluded.parts, revision = workload_runs.revision + 1, withdraws = false, lease_owner = NULL
        WHERE workload_runs.state = 'cancelled' OR (workload_runs.state IN ('requested', 'running') AND workload_runs.work <> excluded.work)
        """;

    private const string Cancel =
        """
        UPDATE workload_runs SET state = 'cancelled', ended_at = now(), updated_at = now(), lease_owner = NULL, withdraws = true, attempts = 0, due_at = now()
        WHERE workload_id = $1 AND state IN ('requested', 'running', 'failed')
        """;

    // Materialised, because the planner may run a subquery in IN again, and each time it takes other rows.
    private const string Claim =
        $"""
        WITH due AS MATERIALIZED (
            SELECT workload_id FROM workload_runs
            WHERE (state IN ('requested', 'running') OR withdraws) AND due_at <= now()
            ORDER BY due_at
            LIMIT $3
            FOR UPDATE SKIP LOCKED)
        UPDATE workload_runs r SET lease_owner = $1, due_at = now() + $2
        FROM due WHERE r.workload_id = due.workload_id
        RETURNING {RunRecord.Columns}, (SELECT w.operator_id FROM compute_workloads w WHERE w.id = r.workload_id) AS operator_id,
            (SELECT w.traceparent FROM compute_workloads w WHERE w.id = r.workload_id) AS traceparent,
            (SELECT w.required_gpu_mins FROM compute_workloads w WHERE w.id = r.workload_id AND w.interruptible) AS minutes
        """;

    private const string NextDue = "SELECT min(due_at) - now() FROM workload_runs WHERE state IN ('requested', 'running') OR withdraws";

    private const string Find = $"SELECT {RunRecord.Columns} FROM workload_runs r WHERE r.workload_id = ANY ($1)";

    private const string FindOne = $"SELECT {RunRecord.Columns} FROM workload_runs r WHERE r.workload_id = $1";

    private const string Lock = $"SELECT {RunRecord.Columns} FROM workload_runs r WHERE r.workload_id = $1 AND ($2 IS NULL OR r.lease_owner = $2) FOR UPDATE";

    // When the Conductor is asked next is not a change of the run.
    private const string Update =
        """
        UPDATE workload_runs SET
            state = $2, progress = $3, attempts = $4, failure_reason = left($5::text, 2000), lease_owner = $6, defined_at = $7,
            ended_at = $8, withdraws = $10, due_at = coalesce(now() + $9::interval, due_at),
            updated_at = CASE WHEN state <> $2 OR progress <> $3 THEN now() ELSE updated_at END
        WHERE workload_id = $1
        """;

    /// <summary>The runs of one operator's workloads.</summary>
    public RunStore Of(Tenant tenant) => new(database.Of(tenant), logger);

    /// <summary>A scheduled workload has a batch run: from then on the Conductor is asked for its pipeline.</summary>
    public IEnumerable<NpgsqlBatchCommand> Scheduled(WorkloadRecord workload, Recommendation chosen) =>
        [Sql.Statement(Insert, workload.Id, DefaultPipeline.Of(workload), Sql.Json(RunOrder.Of(workload, chosen)), workload.Parts)];

    /// <summary>A cancelled workload ends its batch run.</summary>
    public IEnumerable<NpgsqlBatchCommand> Cancelling(Guid workloadId) => [Sql.Statement(Cancel, workloadId)];

    /// <summary>Claims due runs; no other worker gets them until the lease ends.</summary>
    public async Task<IReadOnlyList<RunRecord>> ClaimAsync(Guid owner, TimeSpan lease, int atMost, CancellationToken cancellationToken) =>
        await database.QueryAsync<RunRecord>(logger, Claim, cancellationToken, owner, lease, atMost);

    /// <summary>How long it takes until a run is due; null when none will be.</summary>
    public async Task<TimeSpan?> NextDueAsync(CancellationToken cancellationToken) =>
        (await database.ListAsync(NextDue, row => row.IsDBNull(0) ? (TimeSpan?)null : row.GetTimeSpan(0), cancellationToken))[0];

    /// <summary>The runs of those workloads that have one.</summary>
    public async Task<IReadOnlyDictionary<Guid, RunRecord>> FindAsync(Guid[] workloadIds, CancellationToken cancellationToken) =>
        workloadIds.Length == 0
            ? new Dictionary<Guid, RunRecord>()
            : (await database.QueryAsync<RunRecord>(logger, Find, cancellationToken, (object)workloadIds)).ToDictionary(r => r.WorkloadId);

    /// <summary>The statement that reads the run of a workload, for a batch; <see cref="ReadAsync"/> reads its result.</summary>
    public static NpgsqlBatchCommand Reading(Guid workloadId) => Sql.Statement(FindOne, workloadId);

    /// <summary>What <see cref="Reading"/> has read; null when the workload has no run.</summary>
    public async Task<RunRecord?> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken) =>
        (await Rows.ReadAsync<RunRecord>(reader, logger, cancellationToken)).FirstOrDefault();

    /// <summary>
    /// Applies a rule to a locked run and writes the event of its end when this ends it. Nothing is written when the rule
    /// returns the same run; nothing is done when the workload has none.
    /// </summary>
    public Task ChangeAsync(Guid workloadId, Func<RunRecord, RunRecord> rule, CancellationToken cancellationToken) =>
        ChangeAsync(workloadId, null, rule, cancellationToken);

    /// <summary>The same under a lease. Nothing is done when it is lost: another worker has asked, or the run is over.</summary>
    public Task ChangeAsync(Lease lease, Func<RunRecord, RunRecord> rule, CancellationToken cancellationToken) =>
        ChangeAsync(lease.WorkloadId, lease.Owner, rule, cancellationToken);

    private async Task ChangeAsync(Guid workloadId, Guid? owner, Func<RunRecord, RunRecord> rule, CancellationToken cancellationToken)
    {
        await using var connection = await database.OfAll.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        RunRecord before;
        await using (var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { Sql.Statement(Lock, workloadId, Sql.Uuid(owner)) } })
        await using (var row = await batch.ExecuteReaderAsync(cancellationToken))
        {
            if (await Rows.ReadAsync<RunRecord>(row, logger, cancellationToken) is not [var found])
                return;
            before = found;
        }

        var after = rule(before);
        if (ReferenceEquals(before, after))
            return;
        await using var write = new NpgsqlBatch(connection, transaction);
        write.BatchCommands.Add(Sql.Statement(
            Update,
            workloadId,
            after.State,
            Sql.Json(after.Progress),
            after.Attempts,
            after.FailureReason,
            after.LeaseOwner,
            after.DefinedAt,
            after.EndedAt,
            after.DueIn,
            after.Withdraws));
        if (after.State != before.State && after.State is RunRecord.Completed or RunRecord.Failed)
            write.BatchCommands.Add(WorkloadEvents.Append(workloadId, EndOf(after)));
        await write.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static WorkloadRunEnded EndOf(RunRecord run) => new()
    {
        WorkloadId = run.WorkloadId.ToString(),
        Pipeline = run.Pipeline,
        Succeeded = run.State == RunRecord.Completed,
        Reason = run.FailureReason ?? "",
    };
}
