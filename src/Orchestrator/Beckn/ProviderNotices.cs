using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using Pylon.Beckn;
using Pylon.Common.V1;
using Pylon.Events.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Beckn;

/// <summary>
/// What a provider says of an order by itself: on_cancel, on_update and on_status that answer no message of ours. The
/// notice, what follows from it and the events are one transaction.
/// </summary>
internal sealed class ProviderNotices(NpgsqlDataSource database, IEnumerable<IWorkloadHandler> handlers, TimeProvider time)
{
    public static readonly string[] Actions = ["cancel", "update", "status"];

    private const int MaxText = 500;

    private const string Lock =
        """
        SELECT w.id, o.order_id, o.state, coalesce(r.rank, 0),
            w.status = 'scheduled' AND w.chosen_option = r.rank
                AND NOT EXISTS (SELECT FROM workload_runs x WHERE x.workload_id = w.id AND x.state = 'completed')
        FROM beckn_orders o JOIN compute_workloads w ON w.id = o.workload_id LEFT JOIN workload_recommendations r ON r.order_id = o.order_id
        WHERE o.transaction_id = $1
        FOR UPDATE OF w, o
        """;

    private const string Insert =
        """
        INSERT INTO provider_notices (workload_id, order_id, action, message_id, body, alert) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (order_id, action, message_id) DO NOTHING
        """;

    private const string CancelOrder = "UPDATE beckn_orders SET state = 'cancelled', updated_at = now() WHERE order_id = $1";

    private const string ChooseAgain =
        """
        UPDATE compute_workloads SET status = 'pending_user_choice', chosen_option = NULL, attempts = 0, failure_reason = $2
        WHERE id = $1 AND status = 'scheduled'
        """;

    private const string Notify = "SELECT pg_notify('workload_changed', $1)";

    /// <summary>False when no order has this transaction. A notice that is sent again changes nothing.</summary>
    /// <param name="action">One of <see cref="Actions"/>.</param>
    /// <param name="transactionId">Of the order.</param>
    /// <param name="messageId">As the provider gives it; empty when it gives none.</param>
    /// <param name="body">The callback.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> TakeAsync(string action, Guid transactionId, string messageId, JsonElement body, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(connection, transaction, transactionId, cancellationToken) is not { } order)
            return false;
        var alert = AlertOf(body, order.OrderId);
        await using (var insert = Batch(Sql.Statement(
            Insert, order.WorkloadId, order.OrderId, action, KeyOf(messageId, body), Sql.Json(body.GetRawText()),
            Sql.Json(alert is null ? null : JsonFormatter.Default.Format(alert)))))
        {
            if (await insert.ExecuteNonQueryAsync(cancellationToken) == 0)
                return true;
        }

        await using var effects = Batch([.. Effects(order, action, alert, body)]);
        await effects.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;

        NpgsqlBatch Batch(params NpgsqlBatchCommand[] commands)
        {
            var batch = new NpgsqlBatch(connection, transaction);
            foreach (var command in commands)
                batch.BatchCommands.Add(command);
            return batch;
        }
    }

    // A provider makes a new UUID for each notice. The examples have names in its place that stay the same, and the schema does not ask for
    // an id: without one only the same bytes are a repeat, because a second notice must not be lost.
    private static string KeyOf(string messageId, JsonElement body) => Guid.TryParse(messageId, out var id) && id != Guid.Empty
        ? messageId
        : $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body.GetRawText())))}";

    private IEnumerable<NpgsqlBatchCommand> Effects(LockedOrder order, string action, GridAlert? alert, JsonElement body)
    {
        var id = order.WorkloadId.ToString();
        if (IsCancelled(action, body) && order.MayBeHeld)
        {
            yield return Sql.Statement(CancelOrder, order.OrderId);
            if (order.IsChosen)
            {
                yield return Sql.Statement(ChooseAgain, order.WorkloadId, $"the provider cancelled the booking of option {order.Option}: choose again");
                foreach (var command in handlers.SelectMany(h => h.Cancelling(order.WorkloadId)))
                    yield return command;
            }

            yield return WorkloadEvents.Append(
                order.WorkloadId,
                new WorkloadBookingCancelled { WorkloadId = id, Option = order.Option, OrderId = order.OrderId, ChooseAgain = order.IsChosen });
        }

        if (alert is not null)
            yield return WorkloadEvents.Append(order.WorkloadId, new WorkloadGridAlert { WorkloadId = id, Option = order.Option, Alert = alert });
        yield return Sql.Statement(Notify, id);
    }

    // The examples of on_cancel leave the status of the order as it was, so the action alone says it.
    private static bool IsCancelled(string action, JsonElement body)
    {
        var order = body.Get("message").Get("order");
        var fulfillment = order.Get("beckn:fulfillment");
        return BecknReply.ErrorOf(body) is null
            && (action == "cancel" || BecknAnswer.NotBookedBecause(body) is not null
                || new[] { fulfillment.Get("beckn:status"), fulfillment.Get("beckn:fulfillmentStatus") }.Any(s => s.Text().Equals("CANCELLED", StringComparison.OrdinalIgnoreCase)));
    }

    private GridAlert? AlertOf(JsonElement body, string orderId)
    {
        var order = body.Get("message").Get("order");
        var told = order.Get("beckn:fulfillment").Get("beckn:deliveryAttributes").Get("beckn:gridEventAlert");
        var reason = order.Get("beckn:orderAttributes").Get("beckn:updateReason").Text();
        var grid = order.Get("beckn:orderItems").First().Get("beckn:orderItemAttributes").Get("beckn:gridParameters");
        if (told.ValueKind != JsonValueKind.Object && reason != "carbon_intensity_spike")
            return null;
        var type = told.Get("eventType").Text();
        var alert = new GridAlert
        {
            EventType = Short(type.Length > 0 ? type : reason, MaxText),
            Severity = Short(told.Get("severity").Text(), MaxText),
            Message = Short(told.Get("message").Text(), MaxText),
            Time = time.GetUtcNow().ToTimestamp(),
            OrderId = orderId,
        };
        if (Quantity.CarbonIntensity(grid) is >= 0 and var now)
            alert.CarbonIntensityGco2Kwh = now;
        if (Quantity.PreviousCarbonIntensity(grid) is >= 0 and var before)
            alert.PreviousCarbonIntensityGco2Kwh = before;
        return alert;
    }

    private static async Task<LockedOrder?> LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid transactionId, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { Sql.Statement(Lock, transactionId) } };
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new LockedOrder(
                row.GetGuid(0), row.GetString(1), row.GetString(2) is BecknOrder.Pending or BecknOrder.Confirmed, row.GetInt32(3), !row.IsDBNull(4) && row.GetBoolean(4))
            : null;
    }

    // Not in the middle of a surrogate pair.
    private static string Short(string text, int longest) =>
        text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];

    private sealed record LockedOrder(Guid WorkloadId, string OrderId, bool MayBeHeld, int Option, bool IsChosen);
}
