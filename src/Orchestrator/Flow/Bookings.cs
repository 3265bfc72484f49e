using Pylon.Beckn;
using Pylon.Common.V1;
using Pylon.Orchestrator.Beckn;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Flow;

/// <summary>Places and cancels orders at providers. Each step can be repeated: an answered message is not sent again.</summary>
internal sealed class Bookings(BecknExchange exchange, BecknStore store, FlowStore flow, Microsoft.Extensions.Options.IOptions<BecknOptions> options)
{
    /// <summary>The order of a transaction: a transaction has one.</summary>
    public static string OrderIdOf(Guid transactionId) => $"order-{transactionId}";

    /// <summary>SELECT, INIT and CONFIRM. The order is stored before SELECT and is pending before CONFIRM.</summary>
    /// <exception cref="ItemRefusedException">The provider refuses.</exception>
    public async Task BookAsync(
        WorkloadRecord workload, Lease lease, Guid transactionId, Recommendation choice, ProviderOffer provider, CancellationToken cancellationToken)
    {
        var orderId = OrderIdOf(transactionId);
        await store.OpenOrderAsync(orderId, workload.Id, transactionId, choice.ItemId, cancellationToken);
        try
        {
            await StepAsync("select", BecknMessages.Select(orderId, choice, provider, options.Value));
            await StepAsync("init", BecknMessages.Init(orderId, workload, choice, provider, options.Value));
            await store.BeginConfirmAsync(lease, orderId, cancellationToken);
            await StepAsync("confirm", BecknMessages.Confirm(orderId, workload, choice, provider, options.Value));
            await store.MoveOrderAsync(orderId, BecknOrder.Confirmed, [BecknOrder.Pending], cancellationToken);
        }
        catch (BecknRefusal e)
        {
            await store.MoveOrderAsync(orderId, BecknOrder.Refused, [BecknOrder.Open, BecknOrder.Pending], cancellationToken);
            throw new ItemRefusedException(choice.ItemId, e.Message);
        }

        async Task StepAsync(string action, System.Text.Json.Nodes.JsonObject message)
        {
            var answer = await exchange.AskAsync(lease, transactionId, action, provider, message, cancellationToken);
            if (BecknAnswer.NotBookedBecause(answer.Body) is { } reason)
                throw new BecknRefusal(action, reason);
            await flow.AnnounceAsync(lease, transactionId, answer.MessageId, action, choice.Rank, cancellationToken);
        }
    }

    /// <summary>CANCEL. An order whose CONFIRM has an unknown outcome counts as cancelled when the provider does not know it.</summary>
    public async Task CancelAsync(
        Lease lease, BecknOrder order, ProviderOffer? provider, int option, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await exchange.AskAsync(
                lease, order.TransactionId, "cancel", provider, BecknMessages.Cancel(order.OrderId), cancellationToken);
            await flow.AnnounceAsync(lease, order.TransactionId, answer.MessageId, "cancel", option, cancellationToken);
        }
        catch (BecknRefusal e) when (order.State == BecknOrder.Pending && e.IsOrderNotFound)
        {
            // The provider holds nothing.
        }
        catch (BecknRefusal)
        {
            // The booking must be cancelled in the end: the next attempt asks again instead of reading this answer.
            await store.ForgetAnswerAsync(order.TransactionId, "cancel", cancellationToken);
            throw;
        }

        await store.MoveOrderAsync(order.OrderId, BecknOrder.Cancelled, [BecknOrder.Pending, BecknOrder.Confirmed], cancellationToken);
    }
}
