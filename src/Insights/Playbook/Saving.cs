namespace Pylon.Insights.Playbook;

/// <summary>What a measure typically saves.</summary>
/// <param name="Low">Share of the emissions of the activity, 0 to 1.</param>
/// <param name="High">Share of the emissions of the activity, 0 to 1.</param>
/// <param name="Source">Where the range is from; "estimate" when no published source is known.</param>
internal sealed record Saving(double Low, double High, string Source)
{
    /// <summary>The word for a range without a published source.</summary>
    public const string Estimate = "estimate";

    public double Middle => (Low + High) / 2;

    public bool IsEstimate => Source == Estimate;
}
