namespace Pylon.Insights.Webhooks;

/// <summary>A row of alert_notices; its columns have the units.</summary>
internal sealed record NoticeRow
{
    public const string Columns =
        "n.alert_id, n.number, n.percent_above, n.impact_kg, n.created_at, n.status, n.attempts, n.due_at, n.receiver, n.http_status, n.failure_reason, n.sent_at";

    public required Guid AlertId { get; init; }
    public required int Number { get; init; }
    public required double PercentAbove { get; init; }
    public required double ImpactKg { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string Status { get; init; }
    public required int Attempts { get; init; }
    public required DateTimeOffset DueAt { get; init; }
    public string? Receiver { get; init; }
    public int? HttpStatus { get; init; }
    public string? FailureReason { get; init; }
    public DateTimeOffset? SentAt { get; init; }
}
