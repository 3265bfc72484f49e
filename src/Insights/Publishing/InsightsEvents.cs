namespace Pylon.Insights.Publishing;

/// <summary>The events of Insights.</summary>
internal static class InsightsEvents
{
    /// <summary>The topic that they are published on.</summary>
    public const string Topic = "insights";
}
