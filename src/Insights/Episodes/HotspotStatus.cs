namespace Pylon.Insights.Episodes;

/// <summary>The states of a hotspot. The seed's active is the first three.</summary>
internal static class HotspotStatus
{
    /// <summary>Abnormal at info only; it has no alert.</summary>
    public const string Watching = "watching";

    public const string Open = "open";

    public const string Acknowledged = "acknowledged";

    public const string Resolved = "resolved";

    /// <summary>Silenced by a person, with an end and a reason.</summary>
    public const string Ignored = "ignored";
}
