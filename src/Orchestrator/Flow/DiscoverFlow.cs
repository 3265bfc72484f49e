using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Pylon.Beckn;
using Pylon.Common.V1;
using Pylon.Orchestrator.Beckn;
using Pylon.Orchestrator.Constraints;
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
    ConstraintStore constraints,
    IOptions<BecknOptions> options,
    IOptions<ConstraintOptions> assumptions,
    TimeProvider time,
    ILogger<DiscoverFlow> logger)
{
    public async Task RunAsync(WorkloadRecord workload, Lease lease, CancellationToken cancellationToken)
    {
        var transactionId = workload.TransactionId ?? await BeginAsync(lease, cancellationToken);
        var context = await constraints.FindAsync(workload.Id, cancellationToken);
        var limits = Limits.Of(workload, context, assumptions.Value);
        var (offered, leftOut) = await OptionsAsync(workload, lease, transactionId, limits, context.Preferences, cancellationToken);

        string? orderId = null;
        if (offered[0] is { Offer: { } provider, Recommendation: { WindowExpired: false } first })
        {
            orderId = await BookAsync(workload, lease, transactionId, first, provider, cancellationToken);
            first.OrderId = orderId;
            first.BookingState = BookingState.Confirmed;
        }

        await CancelOthersAsync(workload, lease, orderId, offered, cancellationToken);
        var facts = new OfferFacts([.. offered.Select(o => o.Recommendation)], leftOut, [.. Relaxations.Describe(limits)], context.Preferences.ToString());
        var (summary, engine) = await summarizer.SummarizeAsync(workload, facts, cancellationToken);
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
            var option = offered.FirstOrDefault(o => o.Recommendation.ItemId == order.ItemId) ?? offered.FirstOrDefault();
            await bookings.CancelAsync(lease, order, option?.Offer, 0, cancellationToken);
        }
    }

    private async Task<Guid> BeginAsync(Lease lease, CancellationToken cancellationToken)
    {
        var transactionId = Guid.CreateVersion7(time.GetUtcNow());
        await store.BeginTransactionAsync(lease, transactionId, cancellationToken);
        return transactionId;
    }

    /// <summary>Three options, and why items of the catalogue are left out: one reason for each.</summary>
    /// <exception cref="InfeasibleException">The limits leave fewer than three.</exception>
    private async Task<(IReadOnlyList<Option> Options, IReadOnlyList<string> LeftOut)> OptionsAsync(
        WorkloadRecord workload, Lease lease, Guid transactionId, Limits limits, Preferences preferences, CancellationToken cancellationToken)
    {
        // No provider hears of a synthetic workload (ADR 0017): its options come from grid data, which nobody books.
        var filter = BecknMessages.Discover(options.Value.MinRenewableMix, limits.MaxCarbonIntensity, limits.LoadMw);
        var (market, leftOut) = workload.IsSynthetic
            ? (new Market([], [], [], preferences, time.GetUtcNow()), [])
            : await DiscoverAsync(workload, lease, transactionId, filter, limits, preferences, cancellationToken);
        var found = market.Choose(limits);
        if (found.Count < Ranking.OptionCount || found.Any(o => o.Recommendation.WindowExpired))
        {
            market = market with { Regions = await zones.RegionsAsync(cancellationToken) };
            found = market.Choose(limits);
        }

        if (found.Count < Ranking.OptionCount && !workload.IsSynthetic && (limits.MaxCarbonIntensity ?? limits.LoadMw) is not null)
        {
            // The filter hid what a relaxation could use, and a transaction has one DISCOVER.
            var wide = BecknMessages.Discover(options.Value.MinRenewableMix, null, null);
            var (all, others) = await DiscoverAsync(workload, lease, Guid.CreateVersion7(time.GetUtcNow()), wide, limits, preferences, cancellationToken);
            (market, leftOut) = (all with { Regions = market.Regions }, others);
            found = market.Choose(limits);
        }

        if (found.Count < Ranking.OptionCount)
            await RefuseAsync(workload, lease, market, limits, found.Count, cancellationToken);
        foreach (var option in found)
            Judgement.Explain(option.Recommendation, limits);
        return (found, leftOut);
    }

    private async Task RefuseAsync(WorkloadRecord workload, Lease lease, Market market, Limits limits, int left, CancellationToken cancellationToken)
    {
        if (Relaxations.Find(limits, market.Places, l => market.Choose(l).Count, market.Now) is not { } infeasibility)
            throw new GridUnavailableException($"only {left} of {Ranking.OptionCount} distinct places are known");
        // An earlier attempt may have booked.
        await CancelOthersAsync(workload, lease, null, [], cancellationToken);
        throw new InfeasibleException(infeasibility, Relaxations.Reason(infeasibility, limits));
    }

    private async Task<(Market Market, IReadOnlyList<string> LeftOut)> DiscoverAsync(
        WorkloadRecord workload,
        Lease lease,
        Guid transactionId,
        JsonObject message,
        Limits limits,
        Preferences preferences,
        CancellationToken cancellationToken)
    {
        var answer = await exchange.AskAsync(lease, transactionId, "discover", null, message, cancellationToken);
        await store.AnnounceAsync(lease, transactionId, answer.MessageId, "discover", 0, cancellationToken);
        var now = time.GetUtcNow();
        var reading = Catalogue.ReadAll(answer.Body);
        if (reading.RejectedOffers.Count > 0)
            logger.OffersLeftOut(workload.Id, reading.RejectedOffers.Count, string.Join("; ", reading.RejectedOffers.Select(o => o.Reason).Distinct().Take(5)));
        List<string> leftOut = [.. reading.Rejected.Select(r => r.Reason)];
        leftOut.AddRange(reading.Items.Select(i => Judgement.Broken(limits, Place.Of(i, null), now).FirstOrDefault().Reason).OfType<string>());
        if (leftOut.Count > 0)
            logger.ItemsLeftOut(workload.Id, leftOut.Count, string.Join("; ", leftOut.Distinct().Take(5)));
        var items = Suitability.Select(workload, reading.Items, options.Value.MinRenewableMix, limits, now);
        return (new Market(items, await zones.ResolveAsync(items, cancellationToken), [], preferences, now), leftOut);
    }
}
