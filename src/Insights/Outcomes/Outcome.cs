using Pylon.Insights.Recommendations;

namespace Pylon.Insights.Outcomes;

/// <summary>What came of a recommendation.</summary>
/// <param name="Status">verified, no_effect, worse or not_measurable; null: too few days yet.</param>
/// <param name="Effect">1 - mean after / mean before; null when it cannot be measured.</param>
/// <param name="Test">Null when it cannot be measured.</param>
/// <param name="Reason">For people.</param>
internal sealed record Outcome(string? Status, double? Effect, Welch? Test, string Reason)
{
    /// <summary>Days with data that each side needs.</summary>
    public const int LeastDays = 14;

    /// <summary>Days that each side has.</summary>
    public const int Days = 28;

    /// <summary>Compares the daily ratios of actual to expected before the approval and after the implementation.</summary>
    /// <param name="before">Of the 28 days before.</param>
    /// <param name="after">Of the days after, at most 28.</param>
    /// <param name="isOver">True when the 28 days after are over: no more days come.</param>
    public static Outcome Of(Sample before, Sample after, bool isOver)
    {
        if (before.Count < LeastDays)
            return NotMeasurable($"{before.Count} of the {Days} days before the approval can be compared with the baseline: it takes {LeastDays}");
        if (after.Count < LeastDays)
        {
            var reason = $"{after.Count} of the {Days} days after the implementation can be compared with the baseline: it takes {LeastDays}";
            return isOver ? NotMeasurable(reason) : new Outcome(null, null, null, $"not yet: {reason}");
        }

        if (!(before.Mean > 0))
            return NotMeasurable("nothing was emitted in the days before the approval");
        var test = Welch.Of(before, after);
        var effect = 1 - (after.Mean / before.Mean);
        if (!test.IsSignificant)
            return new Outcome(RecommendationStatus.NoEffect, effect, test, $"a change of {-effect:P1} is within what chance does from day to day");
        return test.T > 0
            ? new Outcome(RecommendationStatus.Verified, effect, test, $"emissions are {effect:P1} lower against the frozen baseline")
            : new Outcome(RecommendationStatus.Worse, effect, test, $"emissions are {-effect:P1} higher against the frozen baseline");
    }

    public static Outcome NotMeasurable(string reason) => new(RecommendationStatus.NotMeasurable, null, null, reason);
}
