using Pylon.Orchestrator.Beckn;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Flow;

/// <summary>Cancels every booking of a workload that the user cancels.</summary>
internal sealed class CancellationFlow(Bookings bookings, BecknStore beckn, WorkloadStore workloads, FlowStore store)
{
    public async Task RunAsync(WorkloadRecord workload, Lease lease, CancellationToken cancellationToken)
    {
        var options = await workloads.OptionsOfAsync(workload.Id, cancellationToken);
        foreach (var order in (await beckn.OrdersOfAsync(workload.Id, cancellationToken)).Where(o => o.MayBeHeld))
        {
            var option = options.FirstOrDefault(o => o.Recommendation.OrderId == order.OrderId);
            await bookings.CancelAsync(lease, order, option?.Offer, option?.Recommendation.Rank ?? 0, cancellationToken);
        }

        await store.CancelAsync(lease, cancellationToken);
    }
}
