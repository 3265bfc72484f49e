using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Planning.Solving;

/// <summary>
/// For a request without a plan: each limit that is set, relaxed alone, to the nearest value with which there is a plan.
/// Every relaxation that is told was solved.
/// </summary>
internal sealed class RelaxationSearch(PlanRequest request, bool isProven, CancellationToken cancellationToken)
{
    // An earlier start moves the end of the window too, so each one is tried.
    private const int MostEarlierStarts = 1_000;
    private const decimal Digits = 1_000_000;

    private readonly PlanLimits _limits = request.Limits;

    public PlanResult.Infeasible Run()
    {
        var found = new[] { Deadline(), Slack(), MaxDelay(), EarliestStart(), Blackouts(), MaxMeanCarbon(), CarbonCap(), MaxTotalCarbon(), MaxPrice(), Zones() };
        var relaxations = found.OfType<Relaxation>().ToList();
        return new PlanResult.Infeasible(relaxations.Count > 0 ? [.. relaxations.Select(one => one.Limit)] : [.. SetLimits()], relaxations, isProven);
    }

    private Relaxation? Deadline() => _limits.Deadline is { } deadline
        ? Smallest(PlanLimit.Deadline, deadline + 1, request.Steps(), value => With(_limits with { Deadline = value }))
        : null;

    private Relaxation? Slack() => request.Slack is { } slack
        ? Smallest(PlanLimit.Slack, slack + 1, request.Steps(), value => request with { Slack = value })
        : null;

    private Relaxation? MaxDelay() => _limits.MaxDelay is { } delay
        ? Smallest(PlanLimit.MaxDelay, delay + 1, request.Steps(), value => With(_limits with { MaxDelay = value }))
        : null;

    private Relaxation? EarliestStart()
    {
        if (_limits.EarliestStart is not { } earliest || earliest <= request.Arrival)
            return null;
        // One that leaves too few steps cannot be the nearest.
        var from = Math.Min(earliest - 1, request.Steps() - request.Duration);
        for (var start = from; start >= Math.Max(request.Arrival, from - MostEarlierStarts); start--)
        {
            if (Solve(With(_limits with { EarliestStart = start })) is { } plan)
                return new Relaxation(PlanLimit.EarliestStart, start, null, null, null, plan);
        }

        return null;
    }

    private Relaxation? Blackouts()
    {
        if (_limits.Blackouts.Count == 0 || Solve(With(_limits with { Blackouts = [] })) is not { } withoutAny)
            return null;
        foreach (var blackout in _limits.Blackouts)
        {
            if (Solve(With(_limits with { Blackouts = [.. _limits.Blackouts.Where(one => one != blackout)] })) is { } plan)
                return new Relaxation(PlanLimit.Blackouts, null, null, null, blackout, plan);
        }

        return new Relaxation(PlanLimit.Blackouts, null, null, null, null, withoutAny);
    }

    private Relaxation? MaxMeanCarbon() => _limits.MaxMeanCarbon is null ? null : Least(
        PlanLimit.MaxMeanCarbon,
        With(_limits with { MaxMeanCarbon = null }) with { Objective = new PlanObjective.Carbon() },
        option => option.MeanCarbon,
        value => With(_limits with { MaxMeanCarbon = value }));

    private Relaxation? MaxTotalCarbon() => _limits.MaxTotalCarbon is null ? null : Least(
        PlanLimit.MaxTotalCarbon,
        With(_limits with { MaxTotalCarbon = null }) with { Objective = new PlanObjective.Carbon() },
        option => option.CarbonGrams,
        value => With(_limits with { MaxTotalCarbon = value }));

    private Relaxation? MaxPrice() => _limits.MaxPrice is null ? null : Least(
        PlanLimit.MaxPrice,
        With(_limits with { MaxPrice = null }) with { Objective = new PlanObjective.Price() },
        option => option.PriceGbp!.Value,
        value => With(_limits with { MaxPrice = value }));

    private Relaxation? CarbonCap()
    {
        if (_limits.CarbonCap is not { } cap)
            return null;
        var window = SearchWindow.Of(request);
        if (window.Length == 0)
            return null;
        var values = request.Zones.Where(zone => _limits.Allows(zone.Id))
            .SelectMany(zone => zone.Carbon.Values.Slice(window.Begin, window.Length).ToArray())
            .Distinct().Select(value => (decimal)value / SeriesScale.Carbon).Where(value => value > cap).Order().ToArray();
        return Smallest(PlanLimit.CarbonCap, 0, values.Length - 1, n => With(_limits with { CarbonCap = values[n] })) is { Steps: { } found } relaxation
            ? relaxation with { Steps = null, Value = values[found] }
            : null;
    }

    private Relaxation? Zones()
    {
        var barred = request.Zones.Where(zone => !_limits.Allows(zone.Id)).ToList();
        var open = request with { Zones = barred, Limits = _limits with { AllowedZones = null, BlockedZones = [] } };
        return barred.Count > 0 && Solve(open) is { } plan ? new Relaxation(PlanLimit.Zones, null, null, plan.ZoneId, null, plan) : null;
    }

    // More is never worse, so the smallest that suffices is found by halving.
    private Relaxation? Smallest(PlanLimit limit, int from, int to, Func<int, PlanRequest> relaxed)
    {
        if (from > to || Solve(relaxed(to)) is not { } plan)
            return null;
        while (from < to)
        {
            var middle = from + ((to - from) / 2);
            if (Solve(relaxed(middle)) is { } better)
                (to, plan) = (middle, better);
            else
                from = middle + 1;
        }

        return new Relaxation(limit, to, null, null, null, plan);
    }

    // The least that any zone reaches without the limit, rounded up; then solved with it.
    private Relaxation? Least(PlanLimit limit, PlanRequest without, Func<PlanOption, double> amount, Func<decimal, PlanRequest> relaxed)
    {
        var options = ZoneSearch.Find(without, cancellationToken).Options;
        if (options.Count == 0)
            return null;
        var least = (decimal)options.Min(amount);
        foreach (var value in new[] { Up(least), Up(least) + (1 / Digits), Up(least * 1.000001m) })
        {
            if (Solve(relaxed(value)) is { } plan)
                return new Relaxation(limit, null, value, null, null, plan);
        }

        return null;
    }

    private static decimal Up(decimal value) => Math.Ceiling(value * Digits) / Digits;

    // What was a valid request may be too large with a longer window.
    private PlanOption? Solve(PlanRequest relaxed) => RequestRules.Check(relaxed) is null ? ZoneSearch.Find(relaxed, cancellationToken).Options.FirstOrDefault() : null;

    private PlanRequest With(PlanLimits limits) => request with { Limits = limits };

    private IEnumerable<PlanLimit> SetLimits()
    {
        (PlanLimit Limit, bool IsSet)[] all =
        [
            (PlanLimit.Deadline, _limits.Deadline is not null),
            (PlanLimit.Slack, request.Slack is not null),
            (PlanLimit.MaxDelay, _limits.MaxDelay is not null),
            (PlanLimit.EarliestStart, _limits.EarliestStart > request.Arrival),
            (PlanLimit.Blackouts, _limits.Blackouts.Count > 0),
            (PlanLimit.MaxMeanCarbon, _limits.MaxMeanCarbon is not null),
            (PlanLimit.CarbonCap, _limits.CarbonCap is not null),
            (PlanLimit.MaxTotalCarbon, _limits.MaxTotalCarbon is not null),
            (PlanLimit.MaxPrice, _limits.MaxPrice is not null),
            (PlanLimit.Zones, request.Zones.Any(zone => !_limits.Allows(zone.Id))),
        ];
        return all.Where(one => one.IsSet).Select(one => one.Limit);
    }
}
