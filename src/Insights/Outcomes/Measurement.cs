namespace Pylon.Insights.Outcomes;

/// <summary>An outcome with its figures, as it is stored.</summary>
/// <param name="Outcome">What was found.</param>
/// <param name="Basis">See <see cref="OutcomeBasis"/>; null when no entity alone shows it.</param>
/// <param name="SavedKg">kg CO2e over the days after, negative when more was emitted; null when it cannot be measured.</param>
/// <param name="DaysBefore">That can be compared.</param>
/// <param name="DaysAfter">That can be compared.</param>
internal sealed record Measurement(Outcome Outcome, string? Basis, double? SavedKg, int DaysBefore, int DaysAfter)
{
    /// <summary>Of the days of an entity.</summary>
    public static Measurement Of(
        string? basis, double? frozenFactor, double? frozenActivityPerOutput, IReadOnlyList<MeasuredDay> before, IReadOnlyList<MeasuredDay> after, bool isOver)
    {
        if (basis is null)
            return new Measurement(Outcome.NotMeasurable("the measure moves work to another entity or corrects data: this entity alone does not show it"), null, null, 0, 0);
        var ratiosBefore = before.Select(RatioOf).OfType<double>().ToList();
        var daysAfter = after.Select(day => (day.Kg, Ratio: RatioOf(day))).Where(day => day.Ratio is not null).ToList();
        var sample = Sample.Of(ratiosBefore);
        var outcome = Outcome.Of(sample, Sample.Of([.. daysAfter.Select(day => day.Ratio!.Value)]), isOver);
        // What the day would have emitted as before, less what it emitted.
        double? saved = outcome.Test is null ? null : daysAfter.Where(day => day.Ratio > 0).Sum(day => day.Kg * ((sample.Mean / day.Ratio!.Value) - 1));
        return new Measurement(outcome, basis, saved, ratiosBefore.Count, daysAfter.Count);

        double? RatioOf(MeasuredDay day) => day.Ratio(basis, frozenFactor, frozenActivityPerOutput);
    }
}
