using Pylon.Cli.Output;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Commands;

/// <summary>A plan as text: the curve of the candidate window with the chosen steps under it, the saving, and where the values come from.</summary>
internal static class PlanPicture
{
    private const int Widest = 96;

    // Behind the curve: what it goes from and to.
    private const int Legend = 45;

    public static IEnumerable<string> Lines(PlanWindowResponse answer, int width)
    {
        var plan = answer.Plan;
        yield return $"{plan.Zone}: {(plan.StartsNow ? "start now" : $"start {Moment(answer, plan.StartStep)}")}, {Length(answer)} in {Words.Count(plan.Pieces.Count, "piece")}";
        foreach (var line in Picture(answer, Math.Clamp(width - Legend, 16, Widest)))
            yield return "  " + line;
        if (plan.Pieces.Count > 1)
            yield return "pieces: " + string.Join(", ", plan.Pieces.Select(piece => Period(answer, piece)));
        if (plan.Carbon is { } carbon)
            yield return $"carbon: {Figures.Number(carbon.Mean)} gCO2/kWh instead of {Figures.Number(carbon.NowMean)} now ({Saving(carbon.SavingPercent)})";
        if (plan.Price is { } price)
            yield return $"price:  {Figures.Number(price.Mean)} GBP/MWh instead of {Figures.Number(price.NowMean)} now ({Saving(price.SavingPercent)})";
        if (plan.Energy is { } energy)
            yield return Energy(energy);
        foreach (var other in answer.RunnersUp)
            yield return $"next:   {other.Zone}, start {Moment(answer, other.StartStep)}, {Figures.Number(other.Carbon?.Mean)} gCO2/kWh";
        foreach (var data in answer.Data.Where(data => data.Zone == plan.Zone && data.Carbon is not null))
            yield return Sources(data.Carbon!);
        if (plan.CutAtSeriesEnd)
            yield return $"The values end after {Hours(StepOf(answer) * (plan.WindowEndStep - plan.WindowFirstStep))} h: the rest of the slack was not looked at.";
    }

    /// <summary>The curve, and a mark under each chosen step; several steps share a column where the window is long.</summary>
    public static IReadOnlyList<string> Picture(PlanWindowResponse answer, int widest = Widest)
    {
        var curve = answer.Curve;
        if (curve.Count == 0)
            return [];
        var wide = (curve.Count + widest - 1) / widest;
        var columns = curve.Chunk(wide).Select(some => some.Average()).ToList();
        var (least, most) = (columns.Min(), columns.Max());
        var chosen = answer.Plan.Pieces.SelectMany(piece => Enumerable.Range(piece.FirstStep - answer.Plan.WindowFirstStep, piece.Steps)).Select(step => step / wide).ToHashSet();
        var marks = string.Concat(columns.Select((_, n) => chosen.Contains(n) ? '^' : ' ')).TrimEnd();
        return [$"{Bars.Line(columns)}  {Figures.Number(least)} to {Figures.Number(most)} gCO2/kWh{(wide > 1 ? $", {wide} steps a column" : "")}", marks];
    }

    private static string Energy(PlanEnergy energy)
    {
        var (assumed, cost) = (energy.Assumed ? $", assumed: {energy.Basis}" : "", energy.HasCostGbp ? $"; {Figures.Pounds(energy.CostGbp)} GBP" : "");
        return $"energy: {Figures.Number(energy.EnergyKwh)} kWh{assumed}; {Figures.Mass(energy.EmissionsGco2)} instead of {Figures.Mass(energy.NowEmissionsGco2)} now{cost}";
    }

    private static string Sources(PlanSeriesData data) =>
        $"values: {string.Join(", ", data.Sources.Select(Share))}"
        + (data.AsKnownAt is { } known ? $"; as known at {Figures.Moment(known)} UTC" : "")
        + (data.HalfHoursMissing > 0 ? $"; {Words.Count(data.HalfHoursMissing, "half hour")} missing" : "");

    // For example 75 % published (neso).
    private static string Share(PlanSourceShare one)
    {
        var kind = Words.Of(one.Kind);
        return $"{Figures.Percent(one.Share * 100)} {kind}{(one.Source.Length > 0 && one.Source != kind ? $" ({one.Source})" : "")}";
    }

    private static string Period(PlanWindowResponse answer, PlanPiece piece) =>
        answer.Plan.Window is null ? $"steps {piece.FirstStep} to {piece.FirstStep + piece.Steps - 1}" : $"{Moment(answer, piece.FirstStep)} for {Hours(StepOf(answer) * piece.Steps)} h";

    private static string Length(PlanWindowResponse answer) => $"{Hours(StepOf(answer) * answer.Plan.Pieces.Sum(piece => piece.Steps))} h";

    // Times where the series has them, else the number of the step.
    private static string Moment(PlanWindowResponse answer, int step) => answer.Plan.Window?.StartTime is { } start
        ? $"{Figures.Moment(start.ToDateTimeOffset() + (StepOf(answer) * (step - answer.Plan.StartStep)))} UTC"
        : $"at step {step}";

    private static TimeSpan StepOf(PlanWindowResponse answer) => answer.Step?.ToTimeSpan() ?? TimeSpan.Zero;

    private static string Hours(TimeSpan time) => Figures.Number(time.TotalHours);

    private static string Saving(double percent) => $"{(percent < 0 ? "costs" : "saves")} {Figures.Percent(Math.Abs(percent))}";
}
