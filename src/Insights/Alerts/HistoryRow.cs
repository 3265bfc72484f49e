namespace Pylon.Insights.Alerts;

/// <summary>A row of alert_history; its columns have the units.</summary>
internal sealed record HistoryRow
{
    public required long Id { get; init; }
    public required string What { get; init; }
    public required string UserId { get; init; }
    public required string Note { get; init; }
    public double? PercentAbove { get; init; }
    public double? ImpactKg { get; init; }
    public required DateTimeOffset At { get; init; }
}
