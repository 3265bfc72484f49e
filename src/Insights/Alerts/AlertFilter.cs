namespace Pylon.Insights.Alerts;

/// <summary>Which alerts a list has; null is all.</summary>
internal sealed record AlertFilter
{
    public string? Level { get; init; }
    public Guid? HotspotId { get; init; }
    public string? Entity { get; init; }
    public bool? Acknowledged { get; init; }
    public bool? Resolved { get; init; }
    public bool? Silenced { get; init; }
}
