namespace Pylon.Insights.Hotspots;

/// <summary>What a person does to a hotspot.</summary>
/// <param name="UserId">Who; may be empty.</param>
/// <param name="Note">In that person's words; may be empty.</param>
/// <param name="At">Now.</param>
/// <param name="Until">How long it holds; null until it is resolved.</param>
internal sealed record HotspotAct(string UserId, string Note, DateTimeOffset At, DateTimeOffset? Until = null)
{
    public TransitionRecord Record(HotspotRow row, string transition) => new()
    {
        HotspotId = row.Id,
        OperatorId = row.OperatorId,
        Entity = row.Entity,
        EntityType = row.EntityType,
        Cause = row.Cause,
        Transition = transition,
        Severity = row.Severity,
        Status = row.Status,
        Score = row.Score,
        PercentAbove = row.PercentAbove,
        ImpactKg = row.ImpactKg,
        Hour = new DateTimeOffset(row.LastHour, TimeSpan.Zero),
        Reopened = row.Reopened,
        At = At,
        UserId = UserId,
        Note = Note,
        Until = Until,
    };
}
