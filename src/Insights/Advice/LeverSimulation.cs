using Pylon.Insights.Entities;
using Pylon.Insights.Inputs;
using Pylon.Insights.Playbook;
using Pylon.Insights.Simulation;

namespace Pylon.Insights.Advice;

/// <summary>Runs the levers of measures through the what-if simulation, on what is typical of an entity.</summary>
internal sealed class LeverSimulation(Simulator simulator, TimeProvider time)
{
    // Of the last 28 days: a time shift is tried on one day of each week.
    private static readonly TimeSpan[] DaysAgo = [TimeSpan.FromDays(7), TimeSpan.FromDays(14), TimeSpan.FromDays(21), TimeSpan.FromDays(28)];

    /// <summary>What the model says of the facts, kg CO2e; null when it refuses them.</summary>
    public async Task<double?> EstimateAsync(string kind, Facts facts, int? regionId, CancellationToken cancellationToken)
    {
        var scenario = new Scenario { ScenarioType = KindOf(kind), Baseline = LeverScenario.FeaturesOf(kind, facts), Levers = [], RegionId = regionId };
        return (await simulator.SimulateAsync(scenario, cancellationToken)).Result is { } result ? (double)result.Baseline.Co2Kg : null;
    }

    /// <summary>One saving for each measure, in their order; a lever that cannot be simulated here gets the typical saving of its measure.</summary>
    /// <param name="kind">See <see cref="EmissionKind"/>.</param>
    /// <param name="facts">What is typical of the entity.</param>
    /// <param name="regionId">1 to 18: whose carbon intensity its electricity has; null when it is not known.</param>
    /// <param name="measures">Whose levers are run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<MeasureSaving>> SimulateAsync(
        string kind, Facts facts, int? regionId, IReadOnlyList<Measure> measures, CancellationToken cancellationToken)
    {
        var baseline = LeverScenario.FeaturesOf(kind, facts);
        var (scenarios, of) = (new List<Scenario>(), new List<int>());
        var savings = new MeasureSaving?[measures.Count];
        for (var at = 0; at < measures.Count; at++)
        {
            if (LeverScenario.LeverOf(kind, measures[at].Lever, regionId, out var reason) is not { } lever)
            {
                savings[at] = MeasureSaving.Typical(measures[at], reason);
                continue;
            }

            foreach (var start in Starts(lever))
            {
                scenarios.Add(new Scenario { ScenarioType = KindOf(kind), Baseline = baseline, Levers = [lever], RegionId = regionId, Start = start, Duration = LeverScenario.DurationOf(lever, facts) });
                of.Add(at);
            }
        }

        var outcomes = await simulator.SimulateAsync(scenarios, cancellationToken);
        foreach (var group in outcomes.Zip(of).GroupBy(pair => pair.Second, pair => pair.First))
            savings[group.Key] = SavingOf(measures[group.Key], [.. group]);
        return savings!;
    }

    // A region has the electricity of others: a data centre stands for them.
    private static string KindOf(string kind) => kind == EmissionKind.Grid ? EmissionKind.Compute : kind;

    private IEnumerable<DateTimeOffset?> Starts(Lever lever)
    {
        if (lever is not Lever.TimeShift)
            return [null];
        var now = time.GetUtcNow();
        var half = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % (TimeSpan.TicksPerHour / 2)), TimeSpan.Zero);
        return DaysAgo.Select(ago => (DateTimeOffset?)(half - ago));
    }

    private static MeasureSaving SavingOf(Measure measure, IReadOnlyList<SimulationOutcome> outcomes)
    {
        var results = outcomes.Select(outcome => outcome.Result).OfType<SimulationResult>().Where(result => result.Baseline.Co2Kg > 0).ToList();
        if (results.Count == 0)
            return MeasureSaving.Typical(measure, outcomes.Select(outcome => outcome.Refusal?.Message).FirstOrDefault(text => text is not null) ?? "the model says that nothing is emitted");
        var share = results.Average(result => -(double)(result.DeltaKg / result.Baseline.Co2Kg));
        var confidence = results.Average(result => (double)Math.Min(result.Baseline.Confidence, result.Modified.Confidence));
        // What is uncertain of a lever that takes a share is that share; of the others it is the factors.
        var (low, high) = measure.Lever.Name is MeasureLever.Distance or MeasureLever.Efficiency or MeasureLever.RenewableShare && measure.Saving.Middle > 0
            ? (share * measure.Saving.Low / measure.Saving.Middle, share * measure.Saving.High / measure.Saving.Middle)
            : Ends(share, results.Average(result => (double)(result.HalfWidthKg / result.Baseline.Co2Kg)));
        return new MeasureSaving(measure, share, low, high, confidence, TypicalReason: null);
    }

    private static (double Low, double High) Ends(double share, double halfWidth) => (share - halfWidth, Math.Min(1, share + halfWidth));
}
