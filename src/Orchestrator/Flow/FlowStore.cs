using System.Text.Json;
using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;
using Pylon.Common.V1;
using Pylon.Events.V1;
using Pylon.Messaging;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Flow;

/// <summary>
/// The worker's side of compute_workloads. Every write names the lease in its WHERE and throws
/// <see cref="LeaseLostException"/> when that finds no row.
/// </summary>
internal sealed class FlowStore(NpgsqlDataSource database, WorkloadStore workloads, TimeProvider time)
{
    // due_at is when there is work to do; for a leased row that is the end of the lease. Rows whose worker died, and choices and
    // cancellations, which a user waits for, go before a backlog of new rows and retries. Materialised, because the planner may run a
    // subquery in IN again, and each time it takes other rows. No EXISTS among the columns: the planner may read all orders for it.
    private const string Claim =
        $"""
        WITH begun AS MATERIALIZED (
            SELECT id, status = 'processing' AND transaction_id IS NULL AS is_new FROM compute_workloads
            WHERE status IN ('processing', 'choosing', 'cancelling') AND due_at <= now()
            ORDER BY due_at
            LIMIT $3
            FOR UPDATE SKIP LOCKED
        ), queued AS MATERIALIZED (
            SELECT id, transaction_id IS NULL AS is_new FROM compute_workloads
            WHERE status = 'queued' AND NOT bpp_processed AND due_at <= now()
            ORDER BY due_at, submitted_at
            LIMIT $3 - (SELECT count(*) FROM begun)
            FOR UPDATE SKIP LOCKED
        ), numbered AS (SELECT id, is_new, row_number() OVER () AS n FROM (SELECT * FROM begun UNION ALL SELECT * FROM queued) due)
        UPDATE compute_workloads w SET
            status = CASE w.status WHEN 'queued' THEN 'processing' ELSE w.status END,
            lease_owner = $1,
            due_at = now() + $2,
            transaction_id = CASE WHEN due.is_new THEN ($4::uuid[])[due.n] ELSE w.transaction_id END
        FROM numbered due WHERE w.id = due.id
        RETURNING {WorkloadRecord.Columns}, due.is_new AS is_new_transaction,
            (SELECT true FROM beckn_orders o WHERE o.workload_id = w.id LIMIT 1) IS NOT NULL AS has_orders
        """;

    // With a backlog that is the answer: the index of begun rows has the leases that were renewed at its front, until they are vacuumed.
    private const string NextDue =
        """
        SELECT CASE WHEN queued.due <= now() THEN queued.due ELSE least(
            queued.due, (SELECT min(due_at) FROM compute_workloads WHERE status IN ('processing', 'choosing', 'cancelling'))) END - now()
        FROM (SELECT min(due_at) AS due FROM compute_workloads WHERE status = 'queued' AND NOT bpp_processed) queued
        """;

    private const string Renew = "UPDATE compute_workloads SET due_at = now() + $3 WHERE id = $1 AND lease_owner = $2";

    // The trigger notifies of changes of state, and releasing a choice or a cancellation does not change the state.
    private const string Release =
        """
        WITH released AS (
            UPDATE compute_workloads SET
                status = CASE status WHEN 'processing' THEN 'queued' ELSE status END,
                lease_owner = NULL,
                due_at = now()
            WHERE id = $1 AND lease_owner = $2
            RETURNING id)
        SELECT pg_notify('workload_due', '') FROM released
        """;

    // The user has cancelled under the worker, which has stopped. While a CONFIRM may be on its way, the cancellation waits
    // for the end of the lease.
    private const string MakeWay =
        """
        WITH due AS (
            UPDATE compute_workloads SET due_at = now()
            WHERE id = $1 AND status = 'cancelling' AND lease_owner IS NULL AND due_at > now()
              AND NOT EXISTS (SELECT FROM beckn_orders WHERE workload_id = $1 AND state = 'pending')
            RETURNING id)
        SELECT pg_notify('workload_due', '') FROM due
        """;

    private static readonly RowStatement MakeOffer = new(
        """
        UPDATE compute_workloads w SET
            status = 'pending_user_choice',
            bpp_processed = true,
            recommended_1_grid_zone_id = o.zone_1,
            recommended_2_grid_zone_id = o.zone_2,
            recommended_3_grid_zone_id = o.zone_3,
            llm_select_init_confirm = o.summary,
            summary_engine = o.engine,
            attempts = 0,
            failure_reason = NULL,
            lease_owner = NULL
        FROM unnest($1, $2, $3, $4, $5, $6, $7) o (id, owner, zone_1, zone_2, zone_3, summary, engine)
        WHERE w.id = o.id AND w.lease_owner = o.owner AND w.status = 'processing'
        """,
        NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Text);

    private static readonly RowStatement ForgetRecommendations = new(
        "DELETE FROM workload_recommendations r USING unnest($1) o (id) WHERE r.workload_id = o.id", NpgsqlDbType.Uuid);

    private static readonly RowStatement AddRecommendation = new(
        """
        INSERT INTO workload_recommendations (workload_id, rank, grid_zone_id, recommendation, offer, order_id)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
        """,
        NpgsqlDbType.Uuid, NpgsqlDbType.Integer, NpgsqlDbType.Uuid, NpgsqlDbType.Jsonb, NpgsqlDbType.Jsonb, NpgsqlDbType.Text);

    private static readonly RowStatement GiveOrder = new(
        """
        UPDATE workload_recommendations r SET order_id = o.order_id
        FROM unnest($1, $2, $3) o (workload, rank, order_id) WHERE r.workload_id = o.workload AND r.rank = o.rank
        """,
        NpgsqlDbType.Uuid, NpgsqlDbType.Integer, NpgsqlDbType.Text);

    // A new attempt begins a new transaction, unless the provider may hold an order in this one. A refused item does not
    // count as a failed attempt, because the next attempt leaves it out.
    private const string Retry =
        """
        UPDATE compute_workloads SET
            status = CASE status WHEN 'processing' THEN 'queued' ELSE status END,
            attempts = attempts + CASE WHEN $4 = '' THEN 1 ELSE 0 END,
            failure_reason = left($3, 2000),
            refused_item_ids = CASE WHEN $4 = '' THEN refused_item_ids ELSE array_append(refused_item_ids, $4) END,
            transaction_id = CASE WHEN $5 THEN transaction_id END,
            due_at = now() + $6,
            lease_owner = NULL
        WHERE id = $1 AND lease_owner = $2 AND status IN ('processing', 'choosing', 'cancelling')
        """;

    private const string Fail =
        """
        UPDATE compute_workloads SET
            status = 'failed',
            resume_status = CASE status WHEN 'processing' THEN 'queued' ELSE status END,
            attempts = attempts + 1,
            failure_reason = left($3, 2000),
            transaction_id = CASE WHEN $4 THEN transaction_id END,
            infeasibility = $5,
            lease_owner = NULL
        WHERE id = $1 AND lease_owner = $2 AND status IN ('processing', 'choosing', 'cancelling')
        """;

    private const string AddDeadLetter = "INSERT INTO dead_letters (workload_id, reason, attempts) VALUES ($1, left($2, 2000), $3)";

    private const string Schedule =
        """
        UPDATE compute_workloads SET status = 'scheduled', attempts = 0, failure_reason = NULL, lease_owner = NULL
        WHERE id = $1 AND lease_owner = $2 AND status = 'choosing'
        """;

    private const string AskAgain =
        """
        UPDATE compute_workloads SET
            status = 'pending_user_choice', chosen_option = NULL, attempts = 0, failure_reason = left($3, 2000), lease_owner = NULL
        WHERE id = $1 AND lease_owner = $2 AND status = 'choosing'
        """;

    private const string Cancel =
        """
        UPDATE compute_workloads SET status = 'cancelled', attempts = 0, failure_reason = NULL, lease_owner = NULL
        WHERE id = $1 AND lease_owner = $2 AND status = 'cancelling'
        """;

    // The id of the message is the id of the event, so a repeated step is announced once.
    private static readonly RowStatement Announce = new(
        $"""
        INSERT INTO outbox (id, topic, type, subject, payload, traceparent, operator_id)
        SELECT s.id, '{WorkloadEvents.Topic}', s.type, s.workload::text, s.payload, coalesce(s.traceparent, w.traceparent), w.operator_id
        FROM unnest($1, $2, $3, $4, $5) s (id, type, workload, payload, traceparent) LEFT JOIN compute_workloads w ON w.id = s.workload
        ON CONFLICT (id) DO NOTHING
        """,
        NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Uuid, NpgsqlDbType.Jsonb, NpgsqlDbType.Text);

    /// <summary>Claims due workloads, each with a Beckn transaction, those that were begun before new ones, urgent ones first, then the oldest (the trigger sets due_at so); no other worker gets them until the lease ends.</summary>
    public async Task<IReadOnlyList<WorkloadRecord>> ClaimAsync(Guid owner, int atMost, TimeSpan lease, CancellationToken cancellationToken)
    {
        // In the order of time, so that the index of the messages grows at its end.
        var now = time.GetUtcNow();
        var transactions = Enumerable.Range(0, atMost).Select(_ => Guid.CreateVersion7(now)).ToArray();
        await using var batch = database.CreateBatch();
        // A batch is one transaction. When a crash of PostgreSQL undoes a claim, the workload is queued again, and the attempt holds
        // no lease and writes nothing. PostgreSQL does not know how few rows are claimed: it would read all workloads for a share of the backlog.
        batch.BatchCommands.Add(RowStatement.KeepingPlans());
        batch.BatchCommands.Add(Sql.NotWaitingForDisk());
        batch.BatchCommands.Add(Sql.Statement(Claim, owner, lease, atMost, transactions));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var claimed = await workloads.ReadAllAsync(reader, cancellationToken);
        return [.. claimed.OrderByDescending(w => w.Urgency switch { "CRITICAL" => 2, "HIGH" => 1, _ => 0 }).ThenBy(w => w.SubmittedAt)];
    }

    /// <summary>How long until something is due; null when nothing is.</summary>
    public async Task<TimeSpan?> NextDueAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NextDue);
        return await command.ExecuteScalarAsync(cancellationToken) as TimeSpan?;
    }

    /// <summary>False when the lease is lost.</summary>
    public async Task<bool> RenewAsync(Lease lease, TimeSpan duration, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(Renew, cancellationToken, lease.WorkloadId, lease.Owner, duration) == 1;

    /// <summary>Lets another instance claim the workload at once.</summary>
    public Task ReleaseAsync(Lease lease, CancellationToken cancellationToken) =>
        database.ExecuteAsync(Release, cancellationToken, lease.WorkloadId, lease.Owner);

    /// <summary>The attempt under which the user cancelled the workload has stopped: the cancellation may begin.</summary>
    public Task MakeWayAsync(Guid id, CancellationToken cancellationToken) => database.ExecuteAsync(MakeWay, cancellationToken, id);

    /// <summary>The event of an answered message; <paramref name="option"/> is a rank, or 0 for none. For a step.</summary>
    public static StatementRow Announcement(Guid workloadId, Guid transactionId, Guid messageId, string action, int option)
    {
        var step = new WorkloadStepCompleted
        {
            WorkloadId = workloadId.ToString(),
            Action = action,
            TransactionId = transactionId.ToString(),
            MessageId = messageId.ToString(),
            Option = option,
        };
        return Announce.Row(messageId, Outbox.TypeOf(step), workloadId, Outbox.JsonOf(step), Traceparent.Current);
    }

    /// <summary>The three options, their summary and the event that announces them. For a step.</summary>
    public IEnumerable<StatementRow> Offer(
        WorkloadRecord workload, Lease lease, IReadOnlyList<Option> options, string? bookedOrderId, string summary, string engine)
    {
        var zones = options.Select(o => Guid.Parse(o.Recommendation.GridZoneId)).ToArray();
        var announced = new WorkloadRecommended { WorkloadId = workload.Id.ToString(), WorkloadName = workload.Name, Summary = summary };
        announced.Recommendations.AddRange(options.Select(o => o.Recommendation));
        return
        [
            MakeOffer.Row(lease.WorkloadId, lease.Owner, zones[0], zones[1], zones[2], summary, engine),
            ForgetRecommendations.Row(workload.Id),
            .. options.Select(o => AddRecommendation.Row(
                workload.Id,
                o.Recommendation.Rank,
                Guid.Parse(o.Recommendation.GridZoneId),
                JsonFormatter.Default.Format(o.Recommendation),
                o.Offer is null ? null : JsonSerializer.Serialize(o.Offer),
                o.Recommendation.Rank == 1 ? bookedOrderId : null)),
            WorkloadEvents.Row(workload.Id, announced),
            .. workloads.Offered(workload, options),
        ];
    }

    /// <summary>An option gets its order. For a step.</summary>
    public static StatementRow GivingOrder(Guid workloadId, int rank, string orderId) => GiveOrder.Row(workloadId, rank, orderId);

    /// <param name="workload">As it was claimed.</param>
    /// <param name="lease">Held by the caller.</param>
    /// <param name="reason">For the user.</param>
    /// <param name="refusedItemId">An item to leave out next time; empty for none.</param>
    /// <param name="keepTransaction">True to go on in the same Beckn transaction.</param>
    /// <param name="delay">How long until the next attempt.</param>
    /// <param name="nextAttempt">The same as a time, for the event.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task RetryAsync(
        WorkloadRecord workload,
        Lease lease,
        string reason,
        string refusedItemId,
        bool keepTransaction,
        TimeSpan delay,
        DateTimeOffset nextAttempt,
        CancellationToken cancellationToken) =>
        ChangeAsync(
            lease,
            Sql.Statement(Retry, lease.WorkloadId, lease.Owner, reason, refusedItemId, keepTransaction, delay),
            cancellationToken,
            WorkloadEvents.Append(workload.Id, new WorkloadRetryScheduled
            {
                WorkloadId = workload.Id.ToString(),
                Attempt = workload.Attempts + 1,
                Reason = reason,
                NextAttemptTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(nextAttempt),
            }));

    /// <summary>Fails a workload: the state, the dead letter and the event in one transaction.</summary>
    /// <param name="workload">As it was claimed.</param>
    /// <param name="lease">Held by the caller.</param>
    /// <param name="reason">For the user.</param>
    /// <param name="keepTransaction">True when a replay goes on in the same Beckn transaction.</param>
    /// <param name="infeasibility">Why its constraints leave too few options; null for another failure.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task FailAsync(
        WorkloadRecord workload, Lease lease, string reason, bool keepTransaction, Infeasibility? infeasibility, CancellationToken cancellationToken) =>
        ChangeAsync(
            lease,
            Sql.Statement(
                Fail, lease.WorkloadId, lease.Owner, reason, keepTransaction, Sql.Json(infeasibility is null ? null : JsonFormatter.Default.Format(infeasibility))),
            cancellationToken,
            [
                Sql.Statement(AddDeadLetter, workload.Id, reason, workload.Attempts + 1),
                WorkloadEvents.Append(workload.Id, new WorkloadFailed { WorkloadId = workload.Id.ToString(), Attempts = workload.Attempts + 1, Reason = reason }),
                .. workloads.Failed(workload, reason),
            ]);

    /// <summary>The chosen option is booked.</summary>
    public Task ScheduleAsync(WorkloadRecord workload, Lease lease, Recommendation chosen, CancellationToken cancellationToken) =>
        ChangeAsync(
            lease,
            Sql.Statement(Schedule, lease.WorkloadId, lease.Owner),
            cancellationToken,
            [.. workloads.Scheduled(workload, chosen)]);

    /// <summary>The provider refused the chosen option: the user may choose again.</summary>
    public Task AskAgainAsync(WorkloadRecord workload, Lease lease, string reason, CancellationToken cancellationToken) =>
        ChangeAsync(
            lease,
            Sql.Statement(AskAgain, lease.WorkloadId, lease.Owner, reason),
            cancellationToken,
            WorkloadEvents.Append(workload.Id, new WorkloadOptionRefused
            {
                WorkloadId = workload.Id.ToString(),
                Option = workload.ChosenOption ?? 0,
                Reason = reason,
            }));

    public Task CancelAsync(Lease lease, CancellationToken cancellationToken) =>
        ChangeAsync(
            lease,
            Sql.Statement(Cancel, lease.WorkloadId, lease.Owner),
            cancellationToken,
            WorkloadEvents.Append(lease.WorkloadId, new WorkloadCancelled { WorkloadId = lease.WorkloadId.ToString() }));

    private async Task ChangeAsync(Lease lease, NpgsqlBatchCommand guarded, CancellationToken cancellationToken, params NpgsqlBatchCommand[] following)
    {
        if (!await database.ChangeAsync(guarded, following, cancellationToken))
            throw new LeaseLostException(lease);
    }
}
