namespace Pylon.Insights.Episodes;

/// <summary>What happens to a hotspot.</summary>
internal static class Transition
{
    public const string Watching = "watching";
    public const string Opened = "opened";
    public const string Escalated = "escalated";
    public const string Acknowledged = "acknowledged";
    public const string Resolved = "resolved";
    public const string Reopened = "reopened";
    public const string Flapping = "flapping";
    public const string Ignored = "ignored";
    public const string AcceptedAsNormal = "accepted_as_normal";
}
