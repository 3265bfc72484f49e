using Microsoft.Extensions.Options;
using Pylon.Insights.Advice;
using Pylon.Insights.Engines;
using Pylon.Insights.Playbook;

namespace Pylon.Insights.Recommendations;

/// <summary>Makes the recommendations for one hotspot: the external engine is heard where one is configured, else the playbook.</summary>
internal sealed class RecommendationMaker(
    RecommendationStore store,
    ActivityReader activities,
    Adviser adviser,
    MeasureBook book,
    LeverSimulation simulation,
    RagEngine rag,
    IOptions<RecommendationOptions> options,
    TimeProvider time)
{
    private const string Playbook = "playbook";
    private const string Rag = "rag";
    private const int WorstHour = 1;
    private const decimal ConfidenceNotGiven = 0.5m;

    /// <summary>Stores up to three recommendations, once; false when another instance was first.</summary>
    public async Task<bool> MakeAsync(DueHotspot hotspot, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var activity = await activities.ReadAsync(hotspot, now, cancellationToken);
        var (made, engine, reason) = await RecommendAsync(hotspot, activity, now, cancellationToken);
        return await store.AddAsync(hotspot, engine, reason, now, made, cancellationToken);
    }

    private async Task<(IReadOnlyList<Recommendation> Made, string Engine, string Reason)> RecommendAsync(
        DueHotspot hotspot, EntityActivity activity, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var taken = await store.TakenAsync(hotspot.EntityRef, now - options.Value.RejectedFor, cancellationToken);
        var reason = "";
        if (rag.IsConfigured)
        {
            switch (await AskAsync(hotspot, cancellationToken))
            {
                case RagAnswer.Advice advice:
                    if (await CheckAsync(hotspot, activity, advice, taken, now, cancellationToken) is { Count: > 0 } made)
                        return (made, Rag, "");
                    reason = "all that the engine advises is proposed to the entity already, or was rejected";
                    break;
                case RagAnswer.Fallback fallback:
                    reason = fallback.Reason;
                    break;
            }
        }

        var ranked = await adviser.AdviseAsync(hotspot.Kind, hotspot.Cause, activity, hotspot.RegionId, taken, cancellationToken);
        return ([.. ranked.Select(measure => Of(hotspot, measure, reason, now))], Playbook, reason);
    }

    // A region's worst hour is in gCO2/kWh, and the engine refuses zeros.
    private async Task<RagAnswer> AskAsync(DueHotspot hotspot, CancellationToken cancellationToken)
    {
        if (hotspot.Kind == Entities.EmissionKind.Grid)
            return new RagAnswer.Fallback("the hotspot is of a region, which emits no kg of its own");
        if (!(hotspot.PredictedCo2 > 0) || !(hotspot.BaselineCo2 > 0) || Math.Max(hotspot.PredictedCo2, hotspot.BaselineCo2) > 1e15)
            return new RagAnswer.Fallback("the engine takes no hotspot whose emissions or baseline are 0");
        var request = new RagRequest(
            hotspot.Entity, (decimal)hotspot.PredictedCo2, (decimal)hotspot.BaselineCo2, RootCause.Of(hotspot), hotspot.Id.ToString());
        return await rag.RecommendAsync(request, cancellationToken);
    }

    private async Task<IReadOnlyList<Recommendation>> CheckAsync(
        DueHotspot hotspot, EntityActivity activity, RagAnswer.Advice advice, IReadOnlySet<string> taken, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var meant = book.Measures.Where(m => m.Kinds.Contains(hotspot.Kind) && m.Preconditions.All(p => p.Holds(activity.Facts))).ToList();
        var savings = await simulation.SimulateAsync(hotspot.Kind, activity.Facts, hotspot.RegionId, meant, cancellationToken);
        var rootCause = advice.RootCause.Length > 0 ? advice.RootCause : RootCause.Of(hotspot);
        return
        [
            .. RagAdvice.Check(advice.Actions, hotspot.PredictedCo2, savings, taken, book.TextScore)
                .Select((one, at) => Of(hotspot, one, activity.Kg, at + 1, rootCause, now)),
        ];
    }

    private Recommendation Of(DueHotspot hotspot, RankedMeasure ranked, string reason, DateTimeOffset now) =>
        Of(hotspot, ranked.Rank, ranked.Saving, ranked.Kg, now) with
        {
            Title = ranked.Measure.Title,
            Description = ranked.Measure.Text,
            Co2Reduction = Math.Max(0, ranked.SavedKg),
            ReductionHours = (int)EntityActivity.Period.TotalHours,
            ReductionStatus = ranked.Saving.Basis,
            CostImpact = ranked.Measure.Cost,
            Feasibility = ranked.Measure.Feasibility,
            Confidence = ranked.Confidence,
            RootCause = RootCause.Of(hotspot),
            Engine = Playbook,
            EngineReason = reason,
        };

    private Recommendation Of(DueHotspot hotspot, CheckedAction one, double kg, int rank, string rootCause, DateTimeOffset now) =>
        Of(hotspot, rank, one.Match, kg, now) with
        {
            Title = one.Action.Title,
            Description = one.Action.Description,
            Co2Reduction = one.ClaimedKg,
            ReductionHours = WorstHour,
            ReductionStatus = one.Status,
            CostImpact = one.Action.CostImpact,
            Feasibility = one.Action.Feasibility,
            Confidence = (double)(one.Action.Confidence ?? ConfidenceNotGiven),
            RootCause = rootCause,
            Engine = Rag,
            EngineReason = "",
        };

    private Recommendation Of(DueHotspot hotspot, int rank, MeasureSaving? saving, double kg, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        HotspotId = hotspot.Id,
        EntityRef = hotspot.EntityRef,
        SupplierId = hotspot.Entity,
        EntityType = hotspot.EntityType,
        Kind = hotspot.Kind,
        Cause = hotspot.Cause,
        Rank = rank,
        PlaybookId = saving?.Measure.Id,
        Lever = saving?.Measure.Lever.Key,
        Title = "",
        Description = "",
        Co2Reduction = 0,
        ReductionHours = 0,
        ReductionStatus = "",
        CostImpact = "",
        Feasibility = 0,
        Confidence = 0,
        RootCause = "",
        Engine = "",
        EngineReason = "",
        SimulatedKg = saving is { IsSimulated: true } ? saving.Share * kg : null,
        LowKg = saving is { IsSimulated: true } ? saving.Low * kg : null,
        HighKg = saving is { IsSimulated: true } ? saving.High * kg : null,
        CreatedAt = now.UtcDateTime,
        UpdatedAt = now.UtcDateTime,
        ExpiresAt = (now + options.Value.ExpiresAfter).UtcDateTime,
    };
}
