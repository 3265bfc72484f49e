using Pylon.Insights.Intensity;
using Pylon.Insights.Models;
using Pylon.Rpc;

namespace Pylon.Insights.Simulation;

/// <summary>Compares what is emitted with what would be, by the built-in models.</summary>
internal sealed class Simulator(EmissionModels models, GridIntensities grid, TimeProvider time)
{
    /// <summary>The reason of a lever that cannot be applied.</summary>
    public const string NotApplicable = "LEVER_NOT_APPLICABLE";

    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>One scenario.</summary>
    public async Task<SimulationOutcome> SimulateAsync(Scenario scenario, CancellationToken cancellationToken) =>
        (await SimulateAsync([scenario], cancellationToken))[0];

    /// <summary>One outcome for each scenario, in their order; the carbon intensities of all are read once.</summary>
    public async Task<IReadOnlyList<SimulationOutcome>> SimulateAsync(IReadOnlyList<Scenario> scenarios, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var table = await grid.ReadAsync([.. scenarios.SelectMany(scenario => Periods(scenario, now))], cancellationToken);
        var outcomes = new SimulationOutcome[scenarios.Count];
        for (var at = 0; at < outcomes.Length; at++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            outcomes[at] = Simulate(scenarios[at], table, now);
        }

        return outcomes;
    }

    private SimulationOutcome Simulate(Scenario scenario, IntensityTable table, DateTimeOffset now)
    {
        if (Prepare(scenario, table, now, out var zones, out var placement) is { } wrong)
            return wrong;
        var start = StartOf(scenario, now);
        var rate = scenario is { RegionId: { } region, Carbon.Count: 0 } && placement is null ? table.RateOf(new Period(region, start, start + DurationOf(scenario))) : null;
        var state = new ScenarioState(scenario.Baseline, placement);
        var first = Estimate(state);
        if (!first.IsEstimate)
            return first.Refusal;
        var (before, applied) = (first.Estimate, new List<AppliedLever>());
        foreach (var lever in scenario.Levers)
        {
            var after = LeverRules.Apply(state, lever, scenario.ScenarioType, zones, out var reason);
            if (after is null)
                return CannotApply(lever, reason);
            var outcome = Estimate(after);
            if (!outcome.IsEstimate)
                return CannotApply(lever, outcome.Refusal.Message);
            applied.Add(new AppliedLever(lever.Name, before.Co2Kg, outcome.Estimate.Co2Kg));
            (state, before) = (after, outcome.Estimate);
        }

        var late = state.Placement is { } moved && placement is not null ? (decimal)(moved.End - placement.End).Ticks / TimeSpan.TicksPerHour : 0;
        return new SimulationResult(first.Estimate, before, applied, Uncertainty.OfDifference(first.Estimate.Lines, before.Lines), state.Placement, Math.Max(0, late));

        EstimateOutcome Estimate(ScenarioState side) => models.Estimate(
            new EstimateRequest(scenario.ScenarioType, side.Features, start, start + DurationOf(scenario), scenario.RegionId, scenario.Source), side.Placement?.Rate() ?? rate);
    }

    private static Refusal CannotApply(Lever lever, string reason) =>
        Refusal.FailedPrecondition(NotApplicable, $"{lever.Name} cannot be applied: {reason.TrimEnd('.')}.");

    // The series of all places, and where the baseline runs. A scenario without a series has neither.
    private static Refusal? Prepare(
        Scenario scenario, IntensityTable table, DateTimeOffset now, out Dictionary<string, ZoneSeries> zones, out Placement? placement)
    {
        (zones, placement) = (new Dictionary<string, ZoneSeries>(StringComparer.Ordinal), null);
        foreach (var series in scenario.Carbon)
            zones[series.Zone] = series;
        var start = StartOf(scenario, now);
        if (!EmissionModels.UsesElectricity(scenario.ScenarioType) || (scenario.Carbon.Count == 0 && !NeedsSeries(scenario)))
            return null;
        if (DurationOf(scenario) + SlackOf(scenario) > Longest)
            return Refusal.InvalidArgument("duration", $"must be at most {Longest.TotalDays} days, with the slack");
        var from = scenario.Carbon.Count > 0 ? scenario.Carbon[0].Start : IntensityTable.Floor(start);
        var step = scenario.Carbon.Count > 0 ? scenario.Carbon[0].Step : HalfHour;
        foreach (var region in RegionsOf(scenario))
        {
            var (grams, isSynthetic) = table.HalfHours(region, IntensityTable.Floor(start), (int)Math.Ceiling((DurationOf(scenario) + SlackOf(scenario)) / HalfHour));
            zones[region.ToString()] = new ZoneSeries(region.ToString(), IntensityTable.Floor(start), HalfHour, grams, null) { IsSynthetic = isSynthetic };
        }

        var own = scenario.Carbon.Count > 0 ? scenario.Carbon[0] : scenario.RegionId is { } id ? zones[id.ToString()] : null;
        if (own is null)
            return null;
        if (DurationOf(scenario).Ticks % step.Ticks != 0)
            return Refusal.InvalidArgument("duration", $"must be whole steps of {step.TotalMinutes} minutes");
        var (first, count) = ((int)Math.Floor((start - from) / step), (int)(DurationOf(scenario) / step));
        if (first < 0 || first + count > own.Grams.Count)
            return Refusal.InvalidArgument("carbon", $"must have values from start_time on for the whole duration: {count} steps");
        placement = new Placement(own, [.. Enumerable.Range(first, count)]);
        return null;
    }

    private static bool NeedsSeries(Scenario scenario) => scenario.Levers.Any(lever => lever is Lever.TimeShift or Lever.ZoneShift);

    // What is to be read from Ingestion.
    private static IEnumerable<Period> Periods(Scenario scenario, DateTimeOffset now)
    {
        if (!EmissionModels.UsesElectricity(scenario.ScenarioType) || DurationOf(scenario) + SlackOf(scenario) > Longest)
            yield break;
        var start = StartOf(scenario, now);
        foreach (var region in RegionsOf(scenario))
            yield return new Period(region, IntensityTable.Floor(start), start + DurationOf(scenario) + SlackOf(scenario));
    }

    private static IEnumerable<int> RegionsOf(Scenario scenario)
    {
        var others = scenario.Levers.OfType<Lever.ZoneShift>().SelectMany(lever => lever.Zones).Select(zone => zone.RegionId).OfType<int>();
        return (scenario is { RegionId: { } own, Carbon.Count: 0 } ? others.Append(own) : others).Distinct();
    }

    private static DateTimeOffset StartOf(Scenario scenario, DateTimeOffset now) =>
        (scenario.Start ?? (scenario.Carbon.Count > 0 ? scenario.Carbon[0].Start : now)).ToUniversalTime();

    private static TimeSpan DurationOf(Scenario scenario) =>
        scenario.Duration
        ?? (scenario.Baseline.ShiftHours is > 0 and <= 8784 and var hours ? TimeSpan.FromHours((double)hours) : scenario.Carbon.Count > 0 ? scenario.Carbon[0].Step : HalfHour);

    private static TimeSpan SlackOf(Scenario scenario) =>
        scenario.Levers.Select(lever => (lever as Lever.TimeShift)?.Slack ?? (lever as Lever.ZoneShift)?.Slack ?? TimeSpan.Zero).DefaultIfEmpty().Max();
}
