namespace Pylon.Insights.Silences;

/// <summary>A row of silences, and how many alerts it silenced.</summary>
internal sealed record SilenceRow
{
    public const string Columns =
        """
        s.id, s.operator_id, s.entity, s.entity_type, s.cause, s.max_level, s.reason, s.created_by, s.created_at, s.ends_at, s.ended_at,
            s.ended_by, (SELECT count(*)::integer FROM alerts a WHERE a.silence_id = s.id) AS alerts
        """;

    public required Guid Id { get; init; }
    public required Guid OperatorId { get; init; }
    public string? Entity { get; init; }
    public string? EntityType { get; init; }
    public string? Cause { get; init; }
    public string? MaxLevel { get; init; }
    public required string Reason { get; init; }
    public required string CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset EndsAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public string? EndedBy { get; init; }
    public int Alerts { get; init; }

    public Matchers Matchers => new(OperatorId, Entity, EntityType, Cause, MaxLevel);
}
