using Google.Protobuf.WellKnownTypes;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Outcomes;

/// <summary>The energy of a phase in a half hour, with what it emitted and cost.</summary>
/// <param name="CarbonId">The signal of the carbon intensity; null for that of the offer, or without one.</param>
/// <param name="PriceId">The signal of the price; null for that of the offer, or without one.</param>
internal sealed record Consumption(Work Work, double? CarbonGco2, string? CarbonId, double? CostGbp, string? PriceId, bool Estimated);

/// <summary>What the grid was where the work ran and where it would have run.</summary>
/// <param name="Carbon">gCO2/kWh where it ran.</param>
/// <param name="HomeCarbon">gCO2/kWh where it was submitted.</param>
/// <param name="Price">GBP/MWh, wholesale.</param>
/// <param name="OfferCarbon">gCO2/kWh that the chosen option told, for half hours without a signal; null when it told none.</param>
/// <param name="OfferPrice">GBP/kWh of the booked offer; null when there is none.</param>
internal sealed record Conditions(SignalSeries Carbon, SignalSeries HomeCarbon, SignalSeries Price, double? OfferCarbon, double? OfferPrice);

/// <summary>
/// The outcome of a workload against its baseline: the same energy in the same rhythm, begun at the submission where it was
/// submitted. Energy is spread evenly over the time of its phase. Pure: the same input gives the same outcome.
/// </summary>
internal static class OutcomeRules
{
    /// <summary>The work as it would have been.</summary>
    public static IReadOnlyList<Work> BaselineOf(IReadOnlyList<Work> work, DateTimeOffset submittedAt)
    {
        var by = submittedAt - work.Min(w => w.Start);
        return [.. work.Select(w => w.Shifted(by))];
    }

    /// <summary>The outcome, its rows, and whether a later computation may know better.</summary>
    public static (Outcome Outcome, IReadOnlyList<Consumption> Rows, bool IsProvisional) Compute(
        EndedRun run, WorkOfRun work, Conditions conditions, DateTimeOffset now)
    {
        var baseline = BaselineOf(work.Parts, run.SubmittedAt);
        var rows = Rows(work.Parts, conditions.Carbon, conditions.OfferCarbon, conditions.Price, conditions.OfferPrice);
        var before = Rows(baseline, conditions.HomeCarbon, null, conditions.Price, null);
        var outcome = new Outcome
        {
            StartedAt = work.Parts.Min(w => w.Start).ToTimestamp(),
            EndedAt = work.Parts.Max(w => w.End).ToTimestamp(),
            EnergyKwh = work.Parts.Sum(w => w.Kwh),
            EnergyBasis = work.Basis,
            CostBasis = conditions.OfferPrice is null ? CostBasis.Wholesale : CostBasis.BookedOffer,
            ComputedAt = now.ToTimestamp(),
            Baseline = new Baseline
            {
                StartTime = baseline.Min(w => w.Start).ToTimestamp(),
                EndTime = baseline.Max(w => w.End).ToTimestamp(),
                Place = run.Home.Place,
            },
            Estimated = { work.Estimated, Doubts("", rows), Doubts("of the baseline ", before) },
        };
        if (run.Home.RegionId is { } region)
            outcome.Baseline.RegionId = region;
        SetCarbon(outcome, Sum(rows, r => r.CarbonGco2), Sum(before, r => r.CarbonGco2));
        SetCost(outcome, Sum(rows, r => r.CostGbp), Sum(before, r => r.CostGbp));
        var isProvisional = rows.Concat(before).Any(r => r.Estimated || r.CarbonGco2 is null || r.CostGbp is null);
        var isAssumed = work.Estimated.Count > 0;
        return (outcome, isAssumed ? [.. rows.Select(r => r with { Estimated = true })] : rows, isProvisional);
    }

    private static List<Consumption> Rows(
        IEnumerable<Work> work, SignalSeries carbon, double? offerCarbon, SignalSeries price, double? offerPrice) =>
    [
        .. work.SelectMany(w => w.ByHalfHour()).Select(part =>
        {
            var (intensity, wholesale) = (carbon.At(part.Start), offerPrice is null ? price.At(part.Start) : null);
            return new Consumption(
                part,
                part.Kwh * (intensity?.Value ?? offerCarbon),
                intensity?.Id,
                part.Kwh * (offerPrice ?? (wholesale?.Value / 1000)),
                wholesale?.Id,
                (intensity?.Estimated ?? offerCarbon is not null) || wholesale?.Estimated == true);
        }),
    ];

    /// <summary>Null when one of them is not known.</summary>
    private static double? Sum(IReadOnlyList<Consumption> rows, Func<Consumption, double?> value) =>
        rows.All(r => value(r) is not null) ? rows.Sum(value) : null;

    private static IEnumerable<string> Doubts(string of, IReadOnlyList<Consumption> rows)
    {
        var forecast = rows.Count(r => r.Estimated);
        if (forecast > 0)
            yield return $"the carbon intensity or price {of}is a forecast, synthetic or that of the offer for {forecast} of {rows.Count} half hours";
        if (rows.Count(r => r.CarbonGco2 is null) is > 0 and var dark)
            yield return $"the carbon intensity {of}is not known for {dark} of {rows.Count} half hours";
        if (rows.Count(r => r.CostGbp is null) is > 0 and var unpriced)
            yield return $"the price {of}is not known for {unpriced} of {rows.Count} half hours";
    }

    private static void SetCarbon(Outcome outcome, double? actual, double? baseline)
    {
        if (actual is { } emitted)
            outcome.CarbonGco2 = emitted;
        if (baseline is { } would)
            outcome.Baseline.CarbonGco2 = would;
        if (baseline - actual is not { } saved)
            return;
        outcome.SavedGco2 = saved;
        if (baseline > 0)
            outcome.SavedCarbonPercent = saved / baseline.Value * 100;
    }

    private static void SetCost(Outcome outcome, double? actual, double? baseline)
    {
        if (actual is { } cost)
            outcome.CostGbp = cost;
        if (baseline is { } would)
            outcome.Baseline.CostGbp = would;
        if (baseline - actual is not { } saved)
            return;
        outcome.SavedGbp = saved;
        if (baseline > 0)
            outcome.SavedCostPercent = saved / baseline.Value * 100;
    }
}
