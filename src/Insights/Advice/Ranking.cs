using Pylon.Insights.Playbook;

namespace Pylon.Insights.Advice;

/// <summary>Puts the measures that fit in order. Pure: the same input gives the same order.</summary>
internal static class Ranking
{
    /// <summary>The most measures of one answer.</summary>
    public const int Most = 3;

    // How sure it is that the measure does here what the book says: of a published range more than of an estimate, where
    // the entity's own values meet its preconditions more than where nothing was checked, against its main cause more.
    private const double OfEstimate = 0.8;
    private const double WithoutPreconditions = 0.6;
    private const double OfOneOfTwo = 0.9;
    private const double OfOtherCause = 0.6;

    /// <summary>kg × feasibility / 10 × confidence, the best first: at most three, and never two with the same lever.</summary>
    /// <param name="cause">Of the hotspot.</param>
    /// <param name="kg">What the savings are shares of, kg CO2e.</param>
    /// <param name="savings">Of the measures that fit.</param>
    /// <param name="textScore">How well a measure matches the words of the situation: it decides between equals.</param>
    public static IReadOnlyList<RankedMeasure> Order(string cause, double kg, IReadOnlyList<MeasureSaving> savings, Func<Measure, double> textScore)
    {
        // Without history the shares alone decide.
        var weight = kg > 0 ? kg : 1;
        return
        [
            .. savings
                .Where(saving => saving.Share > 0 || saving.Measure.Lever.Name == MeasureLever.None)
                .Select(saving => (Saving: saving, Confidence: Confidence(saving, cause)))
                .OrderByDescending(x => x.Saving.Share * weight * x.Saving.Measure.Feasibility / 10 * x.Confidence)
                .ThenByDescending(x => textScore(x.Saving.Measure))
                .ThenByDescending(x => x.Saving.Measure.Feasibility)
                .ThenBy(x => x.Saving.Measure.Id, StringComparer.Ordinal)
                .DistinctBy(x => x.Saving.Measure.Lever.Key)
                .Take(Most)
                .Select((x, at) => new RankedMeasure(at + 1, x.Saving, kg, x.Confidence)),
        ];
    }

    /// <summary>0 to 1: of the saving, times how well the measure is known to fit.</summary>
    public static double Confidence(MeasureSaving saving, string cause) =>
        saving.Confidence
        * (saving.Measure.Saving.IsEstimate ? OfEstimate : 1)
        * (saving.Measure.Preconditions.Count switch { 0 => WithoutPreconditions, 1 => OfOneOfTwo, _ => 1 })
        * (saving.Measure.Causes[0] == cause ? 1 : OfOtherCause);
}
