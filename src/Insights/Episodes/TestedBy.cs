namespace Pylon.Insights.Episodes;

/// <summary>What an hour was compared with when it was found abnormal.</summary>
internal static class TestedBy
{
    /// <summary>What is normal for the entity.</summary>
    public const string Baseline = "baseline";

    /// <summary>What the model says of events that report what they emitted.</summary>
    public const string Prediction = "prediction";

    public const string Both = "both";
}
