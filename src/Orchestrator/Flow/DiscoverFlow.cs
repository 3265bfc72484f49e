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
        await using var conversation = exchange.Begin(lease, workload.TransactionId ?? throw new InvalidOperationException("a claim begins a transaction"), workload.IsNewTransaction);
        var context = await constraints.FindAsync(workload.Id, cancellationToken);
        var limits = Limits.Of(workload, context, assumptions.Value);
        var (offered, leftOut) = await OptionsAsync(workload, conversation, limits, context.Preferences, cancellationToken);

        string? orderId = null;
        if (offered[0] is { Offer: { } provider, Recommendation: { WindowExpired: false } first })
        {
            await ContinueOrderAsync(workload, conversation, first, cancellationToken);
            await bookings.BookAsync(workload, conversation, first, provider, cancellationToken);
            orderId = first.OrderId = Bookings.OrderIdOf(conversation.TransactionId);
            first.BookingState = BookingState.Confirmed;
        }

        await CancelOthersAsync(workload, lease, orderId, offered, cancellationToken);
        // What the provider has answered does not wait for a model.
        if (summarizer.AsksModel)
            await conversation.WriteAsync(cancellationToken);
        var facts = new OfferFacts([.. offered.Select(o => o.Recommendation)], leftOut, [.. Relaxations.Describe(limits)], context.Preferences.ToString());
        var (summary, engine) = await summarizer.SummarizeAsync(workload, facts, cancellationToken);
        await conversation.WriteAsync(cancellationToken, store.Offer(workload, lease, offered, orderId, summary, engine));
    }

    /// <summary>
    /// Continues the order of this item, if there is one: the messages of a transaction are about the item that it was
    /// begun for, so another item gets a transaction of its own.
    /// </summary>
    private async Task ContinueOrderAsync(WorkloadRecord workload, Conversation conversation, Recommendation first, CancellationToken cancellationToken)
    {
        var transactionId = workload.TransactionId!.Value;
        var orders = await OrdersOfAsync(workload, cancellationToken);
        if (orders.FirstOrDefault(o => o.ItemId == first.ItemId && (o.MayBeHeld || o.State == BecknOrder.Open)) is { } own)
            await conversation.MoveAsync(own.TransactionId, isNew: false, cancellationToken);
        else if (orders.Any(o => o.TransactionId == transactionId))
            await conversation.MoveAsync(Guid.CreateVersion7(time.GetUtcNow()), isNew: true, cancellationToken);
        else
            await conversation.MoveAsync(transactionId, isNew: false, cancellationToken);
    }

    private async Task CancelOthersAsync(
        WorkloadRecord workload, Lease lease, string? orderId, IReadOnlyList<Option> offered, CancellationToken cancellationToken)
    {
        foreach (var order in (await OrdersOfAsync(workload, cancellationToken)).Where(o => o.MayBeHeld && o.OrderId != orderId))
        {
            var option = offered.FirstOrDefault(o => o.Recommendation.ItemId == order.ItemId) ?? offered.FirstOrDefault();
            await bookings.CancelAsync(lease, order, option?.Offer, 0, cancellationToken);
        }
    }

    // Of earlier attempts. Only the holder of the lease adds one.
    private async Task<IReadOnlyList<BecknOrder>> OrdersOfAsync(WorkloadRecord workload, CancellationToken cancellationToken) =>
        workload.HasOrders ? await beckn.OrdersOfAsync(workload.Id, cancellationToken) : [];

    /// <summary>Three options, and why items of the catalogue are left out: one reason for each.</summary>
    /// <exception cref="InfeasibleException">The limits leave fewer than three.</exception>
    private async Task<(IReadOnlyList<Option> Options, IReadOnlyList<string> LeftOut)> OptionsAsync(
        WorkloadRecord workload, Conversation conversation, Limits limits, Preferences preferences, CancellationToken cancellationToken)
    {
        // No provider hears of a synthetic workload (ADR 0017): its options come from grid data, which nobody books.
        var filter = BecknMessages.Discover(options.Value.MinRenewableMix, limits.MaxCarbonIntensity, limits.LoadMw);
        var (market, leftOut) = workload.IsSynthetic
            ? (new Market([], [], [], preferences, time.GetUtcNow()), [])
            : await DiscoverAsync(workload, conversation, filter, limits, preferences, cancellationToken);
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
            await conversation.MoveAsync(Guid.CreateVersion7(time.GetUtcNow()), isNew: true, cancellationToken);
            var (all, others) = await DiscoverAsync(workload, conversation, wide, limits, preferences, cancellationToken);
            (market, leftOut) = (all with { Regions = market.Regions }, others);
            found = market.Choose(limits);
        }

        if (found.Count < Ranking.OptionCount)
            await RefuseAsync(workload, conversation.Lease, market, limits, found.Count, cancellationToken);
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
        Conversation conversation,
        JsonObject message,
        Limits limits,
        Preferences preferences,
        CancellationToken cancellationToken)
    {
        var answer = await conversation.AskAsync("discover", null, message, cancellationToken);
        conversation.Add(FlowStore.Announcement(workload.Id, conversation.TransactionId, answer.MessageId, "discover", 0));
        var now = time.GetUtcNow();
        var reading = Catalogue.ReadAll(answer.Body);
        if (reading.RejectedOffers.Count > 0)
            logger.OffersLeftOut(workload.Id, reading.RejectedOffers.Count, string.Join("; ", reading.RejectedOffers.Select(o => o.Reason).Distinct().Take(5)));
        if (reading.Rejected.Count > 0)
            logger.ItemsLeftOut(workload.Id, reading.Rejected.Count, string.Join("; ", reading.Rejected.Select(r => r.Reason).Distinct().Take(5)));
        // What the workload's own limits leave out is in its summary.
        List<string> leftOut =
        [
            .. reading.Rejected.Select(r => r.Reason),
            .. reading.Items.Select(i => Judgement.Broken(limits, Place.Of(i, null), now).FirstOrDefault().Reason).OfType<string>(),
        ];
        var items = Suitability.Select(workload, reading.Items, options.Value.MinRenewableMix, limits, now);
        return (new Market(items, await zones.ResolveAsync(items, anew: !workload.IsNewTransaction, cancellationToken), [], preferences, now), leftOut);
    }
}
