using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Pylon.Beckn;
using Pylon.Common.V1;
using Pylon.Orchestrator.Beckn;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Flow;

/// <summary>Places and cancels orders at providers. Each step can be repeated: an answered message is not sent again.</summary>
internal sealed class Bookings(BecknExchange exchange, BecknStore store, IOptions<BecknOptions> options)
{
    /// <summary>The order of a transaction: a transaction has one.</summary>
    public static string OrderIdOf(Guid transactionId) => $"order-{transactionId}";

    /// <summary>
    /// SELECT, INIT and CONFIRM. The order is stored with SELECT and is pending before CONFIRM is stored; that it is
    /// confirmed is written with what the caller writes next.
    /// </summary>
    /// <exception cref="ItemRefusedException">The provider refuses.</exception>
    public async Task BookAsync(
        WorkloadRecord workload, Conversation conversation, Recommendation choice, ProviderOffer provider, CancellationToken cancellationToken)
    {
        var orderId = OrderIdOf(conversation.TransactionId);
        conversation.Add(BecknStore.Opening(orderId, workload.Id, conversation.TransactionId, choice.ItemId));
        try
        {
            await StepAsync("select", BecknMessages.Select(orderId, choice, provider, options.Value));
            await StepAsync("init", BecknMessages.Init(orderId, workload, choice, provider, options.Value));
            await StepAsync("confirm", BecknMessages.Confirm(orderId, workload, choice, provider, options.Value), orderId);
            conversation.Add(BecknStore.Moving(orderId, BecknOrder.Confirmed, BecknOrder.Pending));
        }
        catch (BecknRefusal e)
        {
            await conversation.WriteAsync(cancellationToken, BecknStore.Moving(orderId, BecknOrder.Refused, BecknOrder.Open, BecknOrder.Pending));
            throw new ItemRefusedException(choice.ItemId, e.Message);
        }

        async Task StepAsync(string action, JsonObject message, string? confirms = null)
        {
            var answer = await conversation.AskAsync(action, provider, message, cancellationToken, confirms);
            if (BecknAnswer.NotBookedBecause(answer.Body) is { } reason)
                throw new BecknRefusal(action, reason);
            conversation.Add(FlowStore.Announcement(workload.Id, conversation.TransactionId, answer.MessageId, action, choice.Rank));
        }
    }

    /// <summary>CANCEL. An order whose CONFIRM has an unknown outcome counts as cancelled when the provider does not know it.</summary>
    public async Task CancelAsync(
        Lease lease, BecknOrder order, ProviderOffer? provider, int option, CancellationToken cancellationToken)
    {
        await using var conversation = exchange.Begin(lease, order.TransactionId, isNew: false);
        try
        {
            var answer = await conversation.AskAsync("cancel", provider, BecknMessages.Cancel(order.OrderId), cancellationToken);
            conversation.Add(FlowStore.Announcement(lease.WorkloadId, order.TransactionId, answer.MessageId, "cancel", option));
        }
        catch (BecknRefusal e) when (order.State == BecknOrder.Pending && e.IsOrderNotFound)
        {
            // The provider holds nothing.
        }
        catch (BecknRefusal)
        {
            // The booking must be cancelled in the end: the next attempt asks again instead of reading this answer.
            await conversation.WriteAsync(cancellationToken);
            await store.ForgetAnswerAsync(order.TransactionId, "cancel", cancellationToken);
            throw;
        }

        await conversation.WriteAsync(cancellationToken, BecknStore.Moving(order.OrderId, BecknOrder.Cancelled, BecknOrder.Pending, BecknOrder.Confirmed));
    }
}
