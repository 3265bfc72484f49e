using Pylon.Cli.Output;
using Pylon.Common.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Commands;

/// <summary>Workloads in words and tables.</summary>
internal static class WorkloadText
{
    public static Sheet List(IEnumerable<Workload> workloads)
    {
        var sheet = new Sheet(new("id"), new("name", Wraps: true), new("state"), new("choice", Right: true, Rank: 2), new("submitted (UTC)", Rank: 1));
        foreach (var one in workloads)
            sheet.Add(one.Id, one.WorkloadName, Words.Of(one.Status), one.ChosenOption > 0 ? one.ChosenOption.ToString() : Words.None, Figures.Moment(one.SubmittedAt));
        return sheet;
    }

    public static Sheet Recommendations(Workload workload)
    {
        var sheet = new Sheet(
            new("rank", Right: true), new("zone"), new("area", Rank: 4), new("renewable", Right: true, Rank: 6), new("gCO2/kWh", Right: true), new("window (UTC)"),
            new("score", Right: true, Rank: 7), new("kWh", Right: true, Rank: 5), new("GBP", Right: true, Rank: 1), new("gCO2", Right: true, Rank: 2), new("source", Rank: 8), new("booking", Rank: 3));
        foreach (var one in workload.Recommendations.OrderBy(one => one.Rank))
        {
            sheet.Add(
                (workload.ChosenOption == one.Rank ? "▸" : "") + one.Rank.ToString(),
                one.GridZoneCode,
                Area(one),
                Figures.Percent(one.RenewableMixPercent),
                Figures.Number(one.HasCarbonIntensityGco2Kwh ? one.CarbonIntensityGco2Kwh : null),
                Figures.Period(one.Window) + (one.WindowExpired ? " (over)" : ""),
                Figures.Number(one.Score),
                one.HasEnergyKwh ? (one.EnergyBasis is EnergyBasis.Told or EnergyBasis.Unspecified ? "" : "≈") + Figures.Number(one.EnergyKwh) : Words.None,
                Figures.Pounds(one.HasExpectedPriceGbp ? one.ExpectedPriceGbp : null),
                Figures.Number(one.HasExpectedGco2 ? one.ExpectedGco2 : null),
                Words.Of(one.Source) + (one.Synthetic ? ", synthetic" : ""),
                Words.Of(one.BookingState));
        }

        return sheet;
    }

    /// <summary>A workload with its recommendations and its phases.</summary>
    public static void Show(Screen screen, Workload workload)
    {
        screen.Line($"{workload.Id}  {workload.WorkloadName}  {Words.Of(workload.Status)}");
        if (workload.Job.Length > 0)
            screen.Line($"Job {workload.Job}{string.Concat(workload.Parameters.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $" {one.Key}={one.Value}"))}");
        if (workload.Recommendations.Count > 0)
            screen.Show(Recommendations(workload));
        if (workload.Summary.Length > 0)
            screen.Line(workload.Summary);
        if (workload.Infeasibility is { } infeasible)
            screen.Line($"Nothing can be offered: {workload.FailureReason}\n{infeasible.NextStep}");
        else if (workload.FailureReason.Length > 0)
            screen.Line($"Failed attempts: {workload.Attempts}; the last one: {workload.FailureReason}");
        if (workload.Run is { } run)
            screen.Line(Run(run));
        if (workload.Outcome is { } outcome)
            screen.Line(string.Join('\n', Outcome(outcome)));
    }

    /// <summary>In a line: <c>compute_training running: prepare ✓  train 2/4  evaluate –  publish –</c>.</summary>
    public static string Run(Run run)
    {
        var line = $"{run.Pipeline} {Words.Of(run.State)}";
        if (run.Phases.Count > 0)
            line += ": " + string.Join("  ", run.Phases.Select(one => $"{one.Phase} {Progress(one)}"));
        return run.FailureReason.Length > 0 ? $"{line}  ({run.FailureReason})" : line;
    }

    /// <summary>What it took, against starting at once.</summary>
    public static IEnumerable<string> Outcome(Outcome outcome)
    {
        var price = outcome.CostBasis == CostBasis.BookedOffer ? " at the booked offer" : " at the wholesale price";
        yield return $"Outcome: {Figures.Number(outcome.EnergyKwh)} kWh, {Mass(outcome.HasCarbonGco2 ? outcome.CarbonGco2 : null)}, {Cost(outcome.HasCostGbp ? outcome.CostGbp : null, price)}";
        if (outcome.Baseline is { } baseline)
        {
            yield return $"Started at once {Place(baseline)}: {Mass(baseline.HasCarbonGco2 ? baseline.CarbonGco2 : null)}, {Cost(baseline.HasCostGbp ? baseline.CostGbp : null, " at the wholesale price")}";
            yield return $"Saved: {Mass(outcome.HasSavedGco2 ? outcome.SavedGco2 : null)}{Share(outcome.HasSavedCarbonPercent ? outcome.SavedCarbonPercent : null)}, "
                + $"{Cost(outcome.HasSavedGbp ? outcome.SavedGbp : null, "")}{Share(outcome.HasSavedCostPercent ? outcome.SavedCostPercent : null)}";
        }

        foreach (var estimated in outcome.Estimated)
            yield return $"Estimated: {estimated}";
    }

    private static string Progress(PhaseRun phase) => phase.State switch
    {
        PhaseRunState.Completed => "✓",
        PhaseRunState.Skipped => "skipped",
        PhaseRunState.Failed => "✗",
        PhaseRunState.Running => $"{phase.Completed}/{phase.Total}" + (phase.Failed > 0 ? $" ({phase.Failed} failed)" : ""),
        _ => Words.None,
    };

    private static string Area(Recommendation one) => string.Join(", ", ((string[])[one.ZoneName, one.Locality, one.Region]).Where(part => part.Length > 0).Distinct().Take(2));

    private static string Place(Baseline baseline) => baseline.Place switch
    {
        BaselinePlace.Host => $"in region {baseline.RegionId} of its data centre",
        BaselinePlace.Operator => $"in region {baseline.RegionId} of its operator",
        _ => "in Great Britain (no home region is known)",
    };

    private static string Mass(double? grams) => grams is null ? "CO2 unknown" : $"{Figures.Mass(grams)} CO2";

    private static string Cost(double? pounds, string basis) => pounds is null ? "GBP unknown" : $"{Figures.Pounds(pounds)} GBP{basis}";

    private static string Share(double? percent) => percent is null ? "" : $" ({Figures.Percent(percent)})";
}
