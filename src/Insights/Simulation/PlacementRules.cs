using Pylon.Forecasting.Planning;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;
using Pylon.Insights.Entities;

namespace Pylon.Insights.Simulation;

/// <summary>Other times and places, by the planner. Pure.</summary>
internal static class PlacementRules
{
    private const long AnyWatts = 1000;
    private const string NoSeries = "there is no carbon intensity to plan with: give carbon, or region_id with start_time";
    private const string Gaps = "the carbon intensity has gaps in that time";

    /// <summary>The best steps from its first one on, until the slack ends.</summary>
    public static ScenarioState? Wait(ScenarioState state, Lever.TimeShift lever, out string reason)
    {
        if (state.Placement is not { } now)
            return No(NoSeries, out reason);
        var (arrival, duration, slack) = (now.Steps[0], now.Steps.Count, Slack(lever.Slack, now.Series));
        if (Sliced(now.Series, arrival, duration + slack) is not { } series)
            return No(Gaps, out reason);
        var query = new WindowQuery(0, duration, slack);
        if (lever.IsInterruptible)
        {
            var steps = series.ListSmallest(query);
            if (steps.Length == 0)
                return No("the carbon intensity ends before the work does", out reason);
            reason = "";
            return state with { Placement = now with { Steps = [.. steps.Select(step => step + arrival)] } };
        }

        if (!series.TryConsecutive(query, out var answer, out var refusal))
            return No($"{refusal.Field} {refusal.Rule}", out reason);
        reason = "";
        return state with { Placement = now with { Steps = [.. Enumerable.Range(answer.First + arrival, duration)] } };
    }

    /// <summary>The best of the zones; its own place stays one of them, so that the change is never for the worse.</summary>
    public static ScenarioState? Move(
        ScenarioState state, Lever.ZoneShift lever, string kind, IReadOnlyDictionary<string, ZoneSeries> zones, out string reason)
    {
        if (state.Placement is not { } now)
            return No(NoSeries, out reason);
        var hasPue = kind == EmissionKind.Compute;
        var own = (now.Series, Pue: hasPue ? state.Features.Pue ?? 1 : 1);
        var candidates = new List<(ZoneSeries Series, decimal Pue)> { own };
        IEnumerable<CandidateZone> asked = lever.Zones.Count > 0 ? lever.Zones : zones.Keys.Select(name => new CandidateZone(name, null, null));
        foreach (var zone in asked)
        {
            if (!zones.TryGetValue(zone.Name, out var series))
                return No($"zone {zone.Name} has no carbon", out reason);
            if (series.Start != now.Series.Start || series.Step != now.Series.Step)
                return No($"zone {zone.Name} has another start or step than {now.Series.Zone}", out reason);
            candidates.Add((series, hasPue ? zone.Pue ?? series.Pue ?? own.Pue : 1));
        }

        return lever.Slack is { } slack
            ? Plan(state, now, candidates, Slack(slack, now.Series), lever.IsInterruptible, out reason)
            : Stay(state, now, candidates, out reason);
    }

    // The same steps in another place.
    private static ScenarioState? Stay(ScenarioState state, Placement now, List<(ZoneSeries Series, decimal Pue)> candidates, out string reason)
    {
        var usable = candidates.Where(each => now.Steps.All(step => step < each.Series.Grams.Count && each.Series.Grams[step] is not null)).ToList();
        if (usable.Count == 0)
            return No(Gaps, out reason);
        // The first of equal ones, which is its own place.
        var best = usable.MinBy(each => now.Steps.Sum(step => each.Series.Grams[step]!.Value) * each.Pue);
        reason = "";
        return In(state, best, now.Steps);
    }

    private static ScenarioState? Plan(
        ScenarioState state, Placement now, List<(ZoneSeries Series, decimal Pue)> candidates, int slack, bool isInterruptible, out string reason)
    {
        var (arrival, duration) = (now.Steps[0], now.Steps.Count);
        var zones = new List<PlanZone>();
        for (var at = 0; at < candidates.Count; at++)
        {
            if (Sliced(candidates[at].Series, arrival, duration + slack) is { } series)
                zones.Add(new PlanZone(at.ToString("D3"), series, null, (int)Math.Round(candidates[at].Pue * 1000)));
        }

        if (zones.Count == 0)
            return No(Gaps, out reason);
        var result = Planner.Plan(new PlanRequest
        {
            Zones = zones,
            Duration = duration,
            Slack = slack,
            Shape = isInterruptible ? PlanShape.Interruptible : PlanShape.Consecutive,
            Power = PowerProfile.Flat(duration, AnyWatts, now.Series.Step),
            RunnersUp = 0,
        });
        if (result is not PlanResult.Planned planned)
            return No(result is PlanResult.Refused refused ? $"{refused.Refusal.Field} {refused.Refusal.Rule}" : "no place has the time for it", out reason);
        reason = "";
        return In(state, candidates[int.Parse(planned.Best.ZoneId)], [.. planned.Best.Steps.Select(step => step + arrival)]);
    }

    private static ScenarioState In(ScenarioState state, (ZoneSeries Series, decimal Pue) zone, IReadOnlyList<int> steps) => state with
    {
        Placement = new Placement(zone.Series, steps),
        Features = state.Features.Pue == zone.Pue || (state.Features.Pue is null && zone.Pue == 1) ? state.Features : state.Features with { Pue = zone.Pue },
    };

    private static int Slack(TimeSpan slack, ZoneSeries series) => (int)Math.Min(PlanSeries.MaxSteps, slack / series.Step);

    // Null when a value is missing; shorter than asked for where the series ends.
    private static PlanSeries? Sliced(ZoneSeries series, int from, int count)
    {
        var length = Math.Min(count, series.Grams.Count - from);
        if (length <= 0)
            return null;
        var values = new long[length];
        for (var n = 0; n < length; n++)
        {
            if (series.Grams[from + n] is not { } grams || !SeriesScale.TryCarbon((double)grams, out values[n]))
                return null;
        }

        return PlanSeries.TryCreate(series.Start + (from * series.Step), series.Step, values, out var planned, out _) ? planned : null;
    }

    private static ScenarioState? No(string why, out string reason)
    {
        reason = why;
        return null;
    }
}
