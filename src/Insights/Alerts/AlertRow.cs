namespace Pylon.Insights.Alerts;

/// <summary>A row of alerts; its columns have the units.</summary>
internal sealed record AlertRow
{
    public const string Columns =
        """
        a.id, a.operator_id, a.hotspot_id, a.transition, a.reopened, a.level, a.message, a.entity, a.entity_type, a.cause, a.percent_above,
            a.impact_kg, a.hour, a.created_at, a.silence_id, a.acknowledged_at, a.acknowledged_by, a.acknowledged_until,
            a.acknowledgement_note, a.resolved_at
        """;

    public required Guid Id { get; init; }
    public required Guid OperatorId { get; init; }
    public required Guid HotspotId { get; init; }
    public required string Transition { get; init; }
    public required int Reopened { get; init; }
    public required string Level { get; init; }
    public required string Message { get; init; }
    public required string Entity { get; init; }
    public required string EntityType { get; init; }
    public required string Cause { get; init; }
    public required double PercentAbove { get; init; }
    public required double ImpactKg { get; init; }
    public required DateTimeOffset Hour { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public Guid? SilenceId { get; init; }
    public DateTimeOffset? AcknowledgedAt { get; init; }
    public string? AcknowledgedBy { get; init; }
    public DateTimeOffset? AcknowledgedUntil { get; init; }
    public string? AcknowledgementNote { get; init; }
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>By a person, and its time is not over.</summary>
    public bool IsAcknowledged(DateTimeOffset now) => AcknowledgedAt is not null && !(AcknowledgedUntil <= now);
}
