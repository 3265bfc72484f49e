using Microsoft.Extensions.Options;
using Pylon.Beckn;
using Pylon.Common.V1;
using Pylon.Orchestrator.Beckn;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Recommendations;
using Pylon.Orchestrator.Summaries;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Flow;

/// <summary>
/// Takes a queued workload to its three options: DISCOVER, rank, SELECT, INIT and CONFIRM for the first, a summary.
/// A worker that takes over takes the same steps; an answered message is not sent again.
/// </summary>
internal sealed class DiscoverFlow(
    BecknExchange exchange,
    Bookings bookings,
    BecknStore beckn,
    GridZones zones,
    Summarizer summarizer,
    FlowStore store,
    IOptions<BecknOptions> options,
    TimeProvider time,
    ILogger<DiscoverFlow> logger)
{
    public async Task RunAsync(WorkloadRecord workload, Lease lease, CancellationToken cancellationToken)
    {
        var transactionId = workload.TransactionId ?? await BeginAsync(lease, cancellationToken);
        // No provider hears of a synthetic workload (ADR 0021): its options come from grid data, which nobody books.
        var (items, leftOut) = workload.IsSynthetic ? ([], []) : await DiscoverAsync(workload, lease, transactionId, cancellationToken);
        var offered = await OptionsAsync(items, workload.Deadline, cancellationToken);

        string? orderId = null;
        if (offered[0] is { Offer: { } provider, Recommendation: { WindowExpired: false } first })
        {
            orderId = await BookAsync(workload, lease, transactionId, first, provider, cancellationToken);
            first.OrderId = orderId;
            first.BookingState = BookingState.Confirmed;
        }

        await CancelOthersAsync(workload, lease, orderId, offered, cancellationToken);
        var (summary, engine) = await summarizer.SummarizeAsync(workload, [.. offered.Select(o => o.Recommendation)], leftOut, cancellationToken);
        await store.OfferAsync(workload, lease, offered, orderId, summary, engine, cancellationToken);
    }

    /// <summary>
    /// Continues the order of this item, if there is one: the messages of a transaction are about the item that it was
    /// begun for, so another item gets a transaction of its own.
    /// </summary>
    private async Task<string> BookAsync(
        WorkloadRecord workload, Lease lease, Guid transactionId, Recommendation first, ProviderOffer provider, CancellationToken cancellationToken)
    {
        var orders = await beckn.OrdersOfAsync(workload.Id, cancellationToken);
        if (orders.FirstOrDefault(o => o.ItemId == first.ItemId && (o.MayBeHeld || o.State == BecknOrder.Open)) is { } own)
            transactionId = own.TransactionId;
        else if (orders.Any(o => o.TransactionId == transactionId))
            transactionId = Guid.CreateVersion7(time.GetUtcNow());
        await bookings.BookAsync(workload, lease, transactionId, first, provider, cancellationToken);
        return Bookings.OrderIdOf(transactionId);
    }

    private async Task CancelOthersAsync(
        WorkloadRecord workload, Lease lease, string? orderId, IReadOnlyList<Option> offered, CancellationToken cancellationToken)
    {
        foreach (var order in (await beckn.OrdersOfAsync(workload.Id, cancellationToken)).Where(o => o.MayBeHeld && o.OrderId != orderId))
        {
            var option = offered.FirstOrDefault(o => o.Recommendation.ItemId == order.ItemId) ?? offered[0];
            await bookings.CancelAsync(lease, order, option.Offer, 0, cancellationToken);
        }
    }

    private async Task<Guid> BeginAsync(Lease lease, CancellationToken cancellationToken)
    {
        var transactionId = Guid.CreateVersion7(time.GetUtcNow());
        await store.BeginTransactionAsync(lease, transactionId, cancellationToken);
        return transactionId;
    }

    /// <summary>The items that the workload can use, and why others are left out: one reason for each.</summary>
    private async Task<(IReadOnlyList<CatalogueItem> Items, IReadOnlyList<string> LeftOut)> DiscoverAsync(
        WorkloadRecord workload, Lease lease, Guid transactionId, CancellationToken cancellationToken)
    {
        var answer = await exchange.AskAsync(
            lease, transactionId, "discover", null, BecknMessages.Discover(workload, options.Value.MinRenewableMix), cancellationToken);
        await store.AnnounceAsync(lease, transactionId, answer.MessageId, "discover", 0, cancellationToken);
        var reading = Catalogue.ReadAll(answer.Body);
        if (reading.RejectedOffers.Count > 0)
            logger.OffersLeftOut(workload.Id, reading.RejectedOffers.Count, string.Join("; ", reading.RejectedOffers.Select(o => o.Reason).Distinct().Take(5)));
        List<string> leftOut = [.. reading.Rejected.Select(r => r.Reason)];
        leftOut.AddRange(reading.Items.Select(i => Suitability.ReasonAgainst(workload, i)).OfType<string>());
        if (leftOut.Count > 0)
            logger.ItemsLeftOut(workload.Id, leftOut.Count, string.Join("; ", leftOut.Distinct().Take(5)));
        return (Suitability.Select(workload, reading.Items, options.Value.MinRenewableMix), leftOut);
    }

    private async Task<IReadOnlyList<Option>> OptionsAsync(IReadOnlyList<CatalogueItem> items, DateTimeOffset? deadline, CancellationToken cancellationToken)
    {
        var resolved = await zones.ResolveAsync(items, cancellationToken);
        var found = await Ranking.ChooseAsync(
            items, resolved, async () => Suitability.UntilDeadline(await zones.RegionsAsync(cancellationToken), deadline), time.GetUtcNow());
        return found.Count == Ranking.OptionCount
            ? found
            : throw new GridUnavailableException($"only {found.Count} of {Ranking.OptionCount} distinct places are known");
    }
}
