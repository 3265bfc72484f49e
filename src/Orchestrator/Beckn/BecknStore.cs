using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Pylon.Beckn;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Beckn;

/// <summary>The messages that we send, the answers to them, and the orders that they are about.</summary>
internal sealed class BecknStore(NpgsqlDataSource database)
{
    private const string MarkAcknowledged =
        "UPDATE beckn_messages SET acknowledged_at = COALESCE(acknowledged_at, now()) WHERE message_id = $1 RETURNING answer";

    // The message that a callback answers, or else another of its transaction, best one that names the provider.
    private const string FindAsked =
        """
        SELECT message_id, transaction_id, action, request -> 'context', answered_at IS NULL AND sent_at + (request #>> '{context,ttl}')::interval < now()
        FROM beckn_messages
        WHERE message_id = $2 OR transaction_id = $3
        ORDER BY message_id = $2 DESC, action = $1 DESC, action = 'discover', created_at DESC
        LIMIT 1
        """;

    // A callback answers the message that it names, or, when it has an id of its own, the message of its transaction and
    // action. The first answer counts.
    private const string AnswerByCallback =
        """
        WITH matched AS (
            SELECT message_id FROM beckn_messages
            WHERE action = $1 AND (message_id = $2 OR transaction_id = $3)
            ORDER BY (message_id = $2) DESC
            LIMIT 1
        ), updated AS (
            UPDATE beckn_messages SET
                callbacks = callbacks + 1,
                answered_at = COALESCE(answered_at, now()),
                answered_by = COALESCE(answered_by, 'callback'),
                answer = COALESCE(answer, $4)
            WHERE message_id = (SELECT message_id FROM matched)
            RETURNING message_id, workload_id, callbacks, answered_by
        )
        SELECT u.message_id, u.callbacks = 1 AND u.answered_by = 'callback', w.traceparent, pg_notify('beckn_answer', u.message_id::text)
        FROM updated u JOIN compute_workloads w ON w.id = u.workload_id
        """;

    // What the provider wrote last, or what we wrote to it when its answer is removed for its age.
    private const string Contexts =
        """
        SELECT coalesce(answer -> 'context', CASE WHEN action <> 'discover' THEN request -> 'context' END, '{}')
        FROM beckn_messages WHERE transaction_id = $1 ORDER BY created_at DESC
        """;

    private const string FindAnswer = "SELECT answer FROM beckn_messages WHERE message_id = $1";

    private const string ForgetAnswer =
        """
        UPDATE beckn_messages SET answered_at = NULL, answered_by = NULL, answer = NULL, last_error = left(answer::text, 1000)
        WHERE transaction_id = $1 AND action = $2
        """;

    private const string RecordError = "UPDATE beckn_messages SET last_error = left($2, 1000) WHERE message_id = $1";

    private static readonly RowStatement OpenOrder = new(
        """
        INSERT INTO beckn_orders (order_id, workload_id, transaction_id, item_id) SELECT * FROM unnest($1, $2, $3, $4)
        ON CONFLICT (order_id) DO NOTHING
        """,
        NpgsqlDbType.Text, NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.Text);

    private static readonly RowStatement MoveOrder = new(
        """
        UPDATE beckn_orders o SET state = m.state, updated_at = now()
        FROM unnest($1, $2, $3) m (order_id, state, allowed) WHERE o.order_id = m.order_id AND o.state = ANY (string_to_array(m.allowed, ' '))
        """,
        NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text);

    // The lock makes whoever changes the workload meanwhile decide before or after this, not beside it.
    private const string ConfirmLate =
        """
        WITH locked AS (
            SELECT w.id FROM compute_workloads w JOIN beckn_messages m ON m.workload_id = w.id
            WHERE m.message_id = $1 AND m.action = 'confirm' FOR UPDATE OF w)
        UPDATE beckn_orders o SET state = 'confirmed', updated_at = now()
        FROM locked JOIN beckn_messages m ON m.message_id = $1
        WHERE o.workload_id = locked.id AND o.transaction_id = m.transaction_id AND o.state = 'cancelled'
        """;

    // A new question: the provider answers the old one as it did before.
    private const string AskToCancelAgain =
        """
        UPDATE beckn_messages m SET
            message_id = n.id,
            request = jsonb_set(m.request, CASE WHEN m.request -> 'context' ? 'messageId' THEN '{context,messageId}' ELSE '{context,message_id}' END::text[], to_jsonb(n.id::text)),
            answered_at = NULL, answered_by = NULL, answer = NULL, last_error = left(m.answer::text, 1000)
        FROM (SELECT gen_random_uuid() AS id) n
        WHERE m.action = 'cancel' AND m.transaction_id = (SELECT transaction_id FROM beckn_messages WHERE message_id = $1)
        """;

    private const string CancelLate =
        """
        UPDATE compute_workloads SET status = CASE status WHEN 'cancelled' THEN 'cancelling' ELSE 'choosing' END, attempts = 0, due_at = now()
        WHERE id = (SELECT workload_id FROM beckn_messages WHERE message_id = $1) AND status IN ('cancelled', 'scheduled')
        """;

    private const string OrdersOf =
        "SELECT order_id, transaction_id, item_id, state FROM beckn_orders WHERE workload_id = $1 ORDER BY created_at";

    /// <summary>Stores the ACK; returns the answer when the callback was faster.</summary>
    public Task<JsonElement?> MarkAcknowledgedAsync(Guid messageId, CancellationToken cancellationToken) =>
        AnswerOfAsync(database.Command(MarkAcknowledged, messageId), cancellationToken);

    public Task<JsonElement?> FindAnswerAsync(Guid messageId, CancellationToken cancellationToken) =>
        AnswerOfAsync(database.Command(FindAnswer, messageId), cancellationToken);

    /// <summary>Lets a message be sent and answered again; the answer is kept as its last error.</summary>
    public Task ForgetAnswerAsync(Guid transactionId, string action, CancellationToken cancellationToken) =>
        database.ExecuteAsync(ForgetAnswer, cancellationToken, transactionId, action);

    /// <summary>What a callback has to agree with; null when neither its message nor its transaction is ours.</summary>
    public async Task<AskedMessage?> FindAskedAsync(string action, Guid? messageId, Guid? transactionId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(FindAsked, action, messageId ?? Guid.Empty, transactionId ?? Guid.Empty);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new AskedMessage(row.GetGuid(0), row.GetGuid(1), row.GetString(2), Answer(row.IsDBNull(3) ? null : row.GetString(3)) ?? default, !row.IsDBNull(4) && row.GetBoolean(4))
            : null;
    }

    /// <summary>Finds the message that a callback answers; null when it does not exist.</summary>
    public async Task<BecknCallback?> AnswerByCallbackAsync(
        string action, Guid? messageId, Guid? transactionId, JsonElement body, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            AnswerByCallback, action, messageId ?? Guid.Empty, transactionId ?? Guid.Empty, Sql.Json(body.GetRawText()));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new BecknCallback(row.GetGuid(0), row.GetBoolean(1), row.IsDBNull(2) ? null : row.GetString(2))
            : null;
    }

    /// <summary>The contexts of the messages of a transaction as the provider writes them, the newest first.</summary>
    public Task<List<JsonElement>> ContextsAsync(Guid transactionId, CancellationToken cancellationToken) =>
        database.Command(Contexts, transactionId).ListAsync(row => LenientJson.Stored(row.GetString(0)), cancellationToken);

    public Task RecordErrorAsync(Guid messageId, string error, CancellationToken cancellationToken) =>
        database.ExecuteAsync(RecordError, cancellationToken, messageId, error);

    /// <summary>Opens an order; one that is known stays as it is.</summary>
    public static StatementRow Opening(string orderId, Guid workloadId, Guid transactionId, string itemId) =>
        OpenOrder.Row(orderId, workloadId, transactionId, itemId);

    /// <summary>Moves an order to a state; an order that is not in one of the states named stays.</summary>
    public static StatementRow Moving(string orderId, string to, params string[] from) => MoveOrder.Row(orderId, to, string.Join(' ', from));

    /// <summary>
    /// The provider confirms an order that counts as cancelled, because it did not know the order when it was asked to
    /// cancel it: it is confirmed, and a workload that is over cancels it again. The others do so with their next step.
    /// </summary>
    /// <returns>False when the order of this CONFIRM does not count as cancelled.</returns>
    public Task<bool> ConfirmLateAsync(Guid messageId, CancellationToken cancellationToken) =>
        database.ChangeAsync(
            Sql.Statement(ConfirmLate, messageId),
            [Sql.Statement(AskToCancelAgain, messageId), Sql.Statement(CancelLate, messageId)],
            cancellationToken);

    public async Task<IReadOnlyList<BecknOrder>> OrdersOfAsync(Guid workloadId, CancellationToken cancellationToken) =>
        await database.QueryAsync<BecknOrder>(null, OrdersOf, cancellationToken, workloadId);

    private static async Task<JsonElement?> AnswerOfAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
            return Answer(await command.ExecuteScalarAsync(cancellationToken) as string);
    }

    private static JsonElement? Answer(string? json) => json is null ? null : LenientJson.Stored(json);
}
