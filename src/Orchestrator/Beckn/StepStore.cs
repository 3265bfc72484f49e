using System.Data;
using Npgsql;
using NpgsqlTypes;
using Pylon.Orchestrator.Queue;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Beckn;

/// <summary>Writes steps. Two statements say for all of them which leases are held and which answers count; then those that may be are written.</summary>
internal sealed class StepStore(NpgsqlDataSource database)
{
    // The locks are taken in one order. Whoever holds one of the rows must not stop the others.
    private const string Hold =
        """
        SELECT w.id, w.lease_owner FROM compute_workloads w JOIN unnest($1::uuid[], $2::uuid[]) s (id, owner) ON s.id = w.id AND s.owner = w.lease_owner
        ORDER BY w.id
        FOR NO KEY UPDATE OF w SKIP LOCKED
        """;

    private const string HoldOne = "SELECT id, lease_owner FROM compute_workloads WHERE id = $1 AND lease_owner = $2 FOR NO KEY UPDATE";

    // The first answer counts. One that was stored before counts as ours when it is the same.
    private const string Answer =
        """
        UPDATE beckn_messages m SET
            answered_at = coalesce(m.answered_at, now()),
            answered_by = coalesce(m.answered_by, 'response'),
            answer = coalesce(m.answer, a.answer)
        FROM unnest($1::uuid[], $2::jsonb[]) a (id, answer) WHERE m.message_id = a.id
        RETURNING m.message_id, m.answered_at = now() OR m.answer = a.answer
        """;

    private const string BeginConfirm =
        """
        WITH moved AS (UPDATE beckn_orders SET state = 'pending', updated_at = now() WHERE order_id = ANY ($1) AND state = 'open' RETURNING order_id, state)
        SELECT o.order_id, coalesce(m.state, o.state) FROM beckn_orders o LEFT JOIN moved m USING (order_id) WHERE o.order_id = ANY ($1)
        """;

    // There is one message for a transaction and action. Sent again it keeps its id, so that the provider recognises it,
    // and gets a new time, because its ttl would have run out. A CONFIRM is stored where the order is pending, or confirmed
    // already.
    private const string Prepare =
        """
        INSERT INTO beckn_messages AS m (message_id, workload_id, transaction_id, action, request, sends, sent_at)
        SELECT s.id, s.workload, s.transaction, s.action, s.request, 1, now()
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::jsonb[], $6::text[]) s (id, workload, transaction, action, request, confirms)
        WHERE s.confirms IS NULL OR (SELECT o.state FROM beckn_orders o WHERE o.order_id = s.confirms) IN ('pending', 'confirmed')
        ON CONFLICT (transaction_id, action) DO UPDATE SET
            sends = m.sends + CASE WHEN m.answered_at IS NULL THEN 1 ELSE 0 END,
            sent_at = CASE WHEN m.answered_at IS NULL THEN now() ELSE m.sent_at END,
            request = CASE WHEN m.answered_at IS NULL
                THEN jsonb_set(m.request, '{context,timestamp}', excluded.request #> '{context,timestamp}') ELSE m.request END
        RETURNING workload_id, message_id, CASE WHEN message_id <> ALL ($1) THEN request END, answer
        """;

    private const string LeasesLeft =
        """
        SELECT w.id, w.lease_owner, w.due_at - now()
        FROM compute_workloads w JOIN unnest($1::uuid[], $2::uuid[]) s (id, owner) ON s.id = w.id AND s.owner = w.lease_owner
        """;

    /// <summary>Writes one step. It waits for whoever changes the workload.</summary>
    public async Task<Written> WriteAsync(Step step, CancellationToken cancellationToken) =>
        (await WriteAsync([step], Sql.Statement(HoldOne, step.Lease.WorkloadId, step.Lease.Owner), cancellationToken))[0];

    /// <summary>Writes steps in one transaction. Those whose row another transaction has locked are not held.</summary>
    public Task<IReadOnlyList<Written>> WriteAsync(IReadOnlyList<Step> steps, CancellationToken cancellationToken) =>
        WriteAsync(steps, Sql.Statement(Hold, Ids(steps.Select(s => s.Lease)), Owners(steps.Select(s => s.Lease))), cancellationToken);

    /// <summary>How long each lease still lasts; null for one that is lost.</summary>
    public async Task<IReadOnlyList<TimeSpan?>> LeasesLeftAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(RowStatement.KeepingPlans());
        batch.BatchCommands.Add(Sql.Statement(LeasesLeft, Ids(leases), Owners(leases)));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var left = (await reader.ListAsync(row => (Key: (row.GetGuid(0), row.GetGuid(1)), Left: row.GetTimeSpan(2)), cancellationToken))
            .ToDictionary(one => one.Key, one => one.Left);
        return [.. leases.Select(lease => left.TryGetValue((lease.WorkloadId, lease.Owner), out var time) ? time : (TimeSpan?)null)];
    }

    private async Task<IReadOnlyList<Written>> WriteAsync(IReadOnlyList<Step> steps, NpgsqlBatchCommand hold, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (held, ours) = await HoldAsync(connection, transaction, steps, hold, cancellationToken);
        var outcomes = steps.Select(step =>
            !held.Contains((step.Lease.WorkloadId, step.Lease.Owner)) ? StepOutcome.NotHeld
            : step.Answered is { } answered && !ours.Contains(answered.MessageId) ? StepOutcome.Outrun
            : StepOutcome.Done).ToList();
        var written = await WriteAsync(connection, transaction, [.. steps.Zip(outcomes)], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return written;
    }

    private static async Task<(HashSet<(Guid Id, Guid Owner)> Held, HashSet<Guid> Ours)> HoldAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<Step> steps, NpgsqlBatchCommand hold, CancellationToken cancellationToken)
    {
        var answers = steps.Where(step => step.Answered is not null).Select(step => step.Answered!.Value).ToList();
        await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { RowStatement.KeepingPlans(), hold } };
        if (answers.Count > 0)
        {
            batch.BatchCommands.Add(Sql.Statement(
                Answer,
                answers.Select(a => a.MessageId).ToArray(),
                Jsons(answers.Select(a => a.Body.GetRawText()))));
        }
        else if (steps.All(step => step.MayBeUndone))
        {
            // A crash of PostgreSQL may undo a step that only asks what is on offer: the attempt finds its question gone, and begins again.
            batch.BatchCommands.Add(Sql.NotWaitingForDisk());
        }

        var (held, ours) = (new HashSet<(Guid, Guid)>(), new HashSet<Guid>());
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            held.Add((reader.GetGuid(0), reader.GetGuid(1)));
        await reader.NextResultAsync(cancellationToken);
        while (answers.Count > 0 && await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetBoolean(1))
                ours.Add(reader.GetGuid(0));
        }

        return (held, ours);
    }

    private static async Task<List<Written>> WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<(Step Step, StepOutcome Outcome)> steps, CancellationToken cancellationToken)
    {
        List<Step> written = [.. steps.Where(s => s.Outcome == StepOutcome.Done).Select(s => s.Step)];
        var (orders, messages) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<Guid, StoredMessage>());
        List<Step> confirming = [.. written.Where(s => s.Confirms is not null)], asking = [.. written.Where(s => s.Next is not null)];
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var change in RowStatement.Together(written.Select(s => s.Changes)))
            batch.BatchCommands.Add(change);
        if (confirming.Count > 0)
            batch.BatchCommands.Add(Sql.Statement(BeginConfirm, (object)confirming.Select(s => s.Confirms!).ToArray()));
        if (asking.Count > 0)
            batch.BatchCommands.Add(Preparing(asking));
        if (batch.BatchCommands.Count == 0)
            return [.. steps.Select(s => new Written(s.Outcome))];

        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            if (confirming.Count > 0)
            {
                while (await reader.ReadAsync(cancellationToken))
                    orders[reader.GetString(0)] = reader.GetString(1);
                await reader.NextResultAsync(cancellationToken);
            }

            while (asking.Count > 0 && await reader.ReadAsync(cancellationToken))
                messages[reader.GetGuid(0)] = new StoredMessage(reader.GetGuid(1), Text(reader, 2), Text(reader, 3));
            // An error of a later statement shows itself when its result is read.
            while (await reader.NextResultAsync(cancellationToken))
            {
            }
        }

        return
        [
            .. steps.Select(s => s.Outcome != StepOutcome.Done
                ? new Written(s.Outcome)
                : new Written(
                    s.Outcome,
                    s.Step.Confirms is { } order ? orders.GetValueOrDefault(order) : null,
                    s.Step.Next is null ? null : messages.GetValueOrDefault(s.Step.Lease.WorkloadId))),
        ];
    }

    private static NpgsqlBatchCommand Preparing(List<Step> asking) => Sql.Statement(
        Prepare,
        asking.Select(s => s.Next!.Id).ToArray(),
        asking.Select(s => s.Lease.WorkloadId).ToArray(),
        asking.Select(s => s.Next!.TransactionId).ToArray(),
        asking.Select(s => s.Next!.Action).ToArray(),
        Jsons(asking.Select(s => s.Next!.Request)),
        asking.Select(s => s.Confirms).ToArray());

    private static NpgsqlParameter Jsons(IEnumerable<string> values) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb };

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static Guid[] Ids(IEnumerable<Lease> leases) => [.. leases.Select(lease => lease.WorkloadId)];

    private static Guid[] Owners(IEnumerable<Lease> leases) => [.. leases.Select(lease => lease.Owner)];
}
