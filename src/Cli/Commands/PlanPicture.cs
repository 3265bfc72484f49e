using System.Globalization;
using Pylon.Cli.Client;

namespace Pylon.Cli.Commands;

/// <summary>A plan as text: the curve of the candidate window with the chosen steps under it, the saving, and where the values come from.</summary>
internal static class PlanPicture
{
    private const int Widest = 96;
    private const string Bars = "▁▂▃▄▅▆▇█";

    public static IEnumerable<string> Lines(PlanAnswer answer)
    {
        var plan = answer.Plan;
        yield return $"{plan.Zone}: {(plan.StartsNow ? "start now" : $"start {Moment(answer, plan.StartStep)}")}, {Length(answer)} in {Count(plan.Pieces.Count, "piece")}";
        foreach (var line in Picture(answer))
            yield return "  " + line;
        if (plan.Pieces.Count > 1)
            yield return "pieces: " + string.Join(", ", plan.Pieces.Select(piece => Period(answer, piece)));
        if (plan.Carbon is { } carbon)
            yield return Text($"carbon: {carbon.Mean:0.##} gCO2/kWh instead of {carbon.NowMean:0.##} now ({Saving(carbon.SavingPercent)})");
        if (plan.Price is { } price)
            yield return Text($"price:  {price.Mean:0.##} GBP/MWh instead of {price.NowMean:0.##} now ({Saving(price.SavingPercent)})");
        if (plan.Energy is { } energy)
            yield return Energy(energy);
        foreach (var other in answer.RunnersUp)
            yield return Text($"next:   {other.Zone}, start {Moment(answer, other.StartStep)}, {other.Carbon?.Mean ?? 0:0.##} gCO2/kWh");
        foreach (var data in answer.Data.Where(data => data.Zone == plan.Zone && data.Carbon is not null))
            yield return Sources(data.Carbon!);
        if (plan.CutAtSeriesEnd)
            yield return Text($"The values end after {(answer.StepLength * (plan.WindowEndStep - plan.WindowFirstStep)).TotalHours:0.##} h: the rest of the slack was not looked at.");
    }

    /// <summary>The curve, and a mark under each chosen step; several steps share a column where the window is long.</summary>
    public static IReadOnlyList<string> Picture(PlanAnswer answer)
    {
        var curve = answer.Curve;
        if (curve.Count == 0)
            return [];
        var wide = (curve.Count + Widest - 1) / Widest;
        var columns = curve.Chunk(wide).Select(some => some.Average()).ToList();
        var (least, most) = (columns.Min(), columns.Max());
        var chosen = answer.Plan.Pieces.SelectMany(piece => Enumerable.Range(piece.FirstStep - answer.Plan.WindowFirstStep, piece.Steps)).Select(step => step / wide).ToHashSet();
        var bars = string.Concat(columns.Select(value => Bars[most > least ? (int)Math.Round((value - least) / (most - least) * (Bars.Length - 1)) : 0]));
        var marks = string.Concat(columns.Select((_, n) => chosen.Contains(n) ? '^' : ' ')).TrimEnd();
        return [Text($"{bars}  {least:0.#} to {most:0.#} gCO2/kWh{(wide > 1 ? $", {wide} steps a column" : "")}"), marks];
    }

    private static string Energy(PlanEnergy energy)
    {
        var (assumed, cost) = (energy.Assumed ? $", assumed: {energy.Basis}" : "", energy.CostGbp is { } pounds ? Text($"; {pounds:0.####} GBP") : "");
        return Text($"energy: {energy.EnergyKwh:0.###} kWh{assumed}; {energy.EmissionsGco2:0.#} g instead of {energy.NowEmissionsGco2:0.#} now{cost}");
    }

    private static string Sources(PlanSeriesData data) =>
        $"values: {string.Join(", ", data.Sources.Select(source => source.Line))}"
        + (data.AsKnownAt is { } known ? $"; as known at {known.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : "")
        + (data.HalfHoursMissing > 0 ? $"; {Count(data.HalfHoursMissing, "half hour")} missing" : "");

    private static string Period(PlanAnswer answer, PlanPiece piece) =>
        answer.Plan.Window is null ? $"steps {piece.FirstStep} to {piece.FirstStep + piece.Steps - 1}" : $"{Moment(answer, piece.FirstStep)} for {Text($"{(answer.StepLength * piece.Steps).TotalHours:0.##}")} h";

    private static string Length(PlanAnswer answer) => Text($"{(answer.StepLength * answer.Plan.Pieces.Sum(piece => piece.Steps)).TotalHours:0.##} h");

    // Times where the series has them, else the number of the step.
    private static string Moment(PlanAnswer answer, int step) => answer.Plan.Window?.StartTime is { } start
        ? $"{(start + (answer.StepLength * (step - answer.Plan.StartStep))).UtcDateTime:yyyy-MM-dd HH:mm} UTC"
        : $"at step {step}";

    private static string Saving(double percent) => Text($"{(percent < 0 ? "costs" : "saves")} {Math.Abs(percent):0.##} %");

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
