namespace Pylon.Insights.Audit;

/// <summary>Which entries a list has; null is all. Since is included, Before is not.</summary>
internal sealed record AuditFilter(
    string? Action, string? EntityType, string? EntityId, string? UserId, DateTimeOffset? Since, DateTimeOffset? Before);
