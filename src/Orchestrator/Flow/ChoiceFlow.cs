using Pylon.Orchestrator.Beckn;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Flow;

/// <summary>
/// Books the chosen option. The new booking comes before the cancellation of the old one, so that a refusal leaves the
/// old one standing (ADR 0006).
/// </summary>
internal sealed class ChoiceFlow(BecknExchange exchange, Bookings bookings, BecknStore beckn, WorkloadStore workloads, FlowStore store, TimeProvider time)
{
    public async Task RunAsync(WorkloadRecord workload, Lease lease, CancellationToken cancellationToken)
    {
        var options = await workloads.OptionsOfAsync(workload.Id, cancellationToken);
        var orders = await beckn.OrdersOfAsync(workload.Id, cancellationToken);
        var chosen = options.Single(o => o.Recommendation.Rank == workload.ChosenOption);
        if (chosen.Offer is { } provider)
            await BookAsync(workload, lease, chosen, provider, orders, cancellationToken);

        foreach (var order in orders.Where(o => o.MayBeHeld && o.OrderId != chosen.Recommendation.OrderId))
        {
            var old = options.FirstOrDefault(o => o.Recommendation.OrderId == order.OrderId);
            await bookings.CancelAsync(lease, order, old?.Offer, old?.Recommendation.Rank ?? 0, cancellationToken);
        }

        await store.ScheduleAsync(workload, lease, chosen.Recommendation, cancellationToken);
    }

    private async Task BookAsync(
        WorkloadRecord workload, Lease lease, Option chosen, ProviderOffer provider, IReadOnlyList<BecknOrder> orders, CancellationToken cancellationToken)
    {
        var choice = chosen.Recommendation;
        var order = orders.FirstOrDefault(o => o.OrderId == choice.OrderId);
        if (order?.State == BecknOrder.Confirmed)
            return;

        // An open or pending order continues; after a refused or cancelled one a new order begins.
        var transactionId = order is { State: BecknOrder.Open or BecknOrder.Pending }
            ? order.TransactionId
            : Guid.CreateVersion7(time.GetUtcNow());
        choice.OrderId = Bookings.OrderIdOf(transactionId);
        await using var conversation = exchange.Begin(lease, transactionId, isNew: order?.TransactionId != transactionId);
        conversation.Add(FlowStore.GivingOrder(workload.Id, choice.Rank, choice.OrderId));
        await bookings.BookAsync(workload, conversation, choice, provider, cancellationToken);
        await conversation.WriteAsync(cancellationToken);
    }
}
