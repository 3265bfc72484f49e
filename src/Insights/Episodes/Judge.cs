using Pylon.Insights.Baselines;

namespace Pylon.Insights.Episodes;

/// <summary>Holds hours against what is normal. One-sided: less than normal is never abnormal.</summary>
/// <param name="Basis">How scores are computed.</param>
/// <param name="Info">The least score of info.</param>
/// <param name="Warn">The least score of warn.</param>
/// <param name="Critical">The least score of critical.</param>
internal sealed record Judge(HotspotBasis Basis, double Info, double Warn, double Critical)
{
    public static Judge Default { get; } = new(HotspotBasis.Band, 0.8, 1.0, 1.5);

    /// <summary>Normal below info.</summary>
    public Level LevelOf(double score) =>
        score >= Critical ? Level.Critical : score >= Warn ? Level.Warn : score >= Info ? Level.Info : Level.Normal;

    /// <summary>
    /// The score of an activity. Where nothing is expected, excess and ratio divide by the band: they have nothing else.
    /// </summary>
    public double Score(double activity, in Baseline baseline) => Basis switch
    {
        _ when baseline.Band == 0 => 0,
        HotspotBasis.Excess when baseline.Expected > 0 => (activity - baseline.Expected) / baseline.Expected,
        HotspotBasis.Ratio when baseline.Expected > 0 => activity / baseline.Expected,
        _ => (activity - baseline.Expected) / baseline.Band,
    };

    /// <summary>The score of what was reported against what the model says; 0 when nothing was reported.</summary>
    public static double ScoreOfReport(double reportedKg, double predictedKg, double uncertaintyKg) =>
        Math.Max(0.25 * predictedKg, uncertaintyKg) is > 0 and var width && reportedKg > 0 ? (reportedKg - predictedKg) / width : 0;

    /// <param name="row">What was.</param>
    /// <param name="known">What is normal; null while too few weeks are known.</param>
    /// <param name="kind">Of the entity.</param>
    public JudgedHour Of(in ActivityHour row, Baseline? known, string kind)
    {
        if (known is not { Confidence: >= Baseline.LeastConfidence } baseline || baseline.IsInactive(row.Activity) || baseline.IsDropOut(row.Activity))
            return new JudgedHour(row.Hour, Counts: false, Level.Normal);
        var (score, reported) = (Score(row.Activity, baseline), ScoreOfReport(row.ReportedKg, row.PredictedKg, row.UncertaintyKg));
        var (level, reportLevel) = (LevelOf(score), LevelOf(reported));
        var basis = reportLevel == Level.Normal ? TestedBy.Baseline : level == Level.Normal ? TestedBy.Prediction : TestedBy.Both;
        // The factor of the hour is that of what was, so that a dirtier grid does not count as activity.
        var expected = basis == TestedBy.Prediction ? row.PredictedKg + Math.Max(0, row.Kg - row.ReportedKg)
            : row.Activity > 0 ? baseline.Expected * row.Kg / row.Activity : baseline.Expected * baseline.Factor;
        return new JudgedHour(row.Hour, Counts: true, level > reportLevel ? level : reportLevel)
        {
            Score = level >= reportLevel ? score : reported,
            Basis = basis,
            Cause = CauseSplit.CauseOf(row, baseline, kind, basis),
            ActualKg = row.Kg,
            ExpectedKg = expected,
            PercentAbove = expected > 0 ? 100 * (row.Kg - expected) / expected : baseline.Band > 0 ? 100 * row.Activity / baseline.Band : 0,
            Confidence = baseline.Confidence,
            Activity = row.Activity,
            ExpectedActivity = baseline.Expected,
        };
    }
}
