namespace Pylon.Insights.Audit;

/// <summary>A row of audit_logs.</summary>
internal sealed record AuditRow(
    long Id, string Action, string EntityType, string EntityId, string UserId, string Notes, string Metadata, DateTimeOffset Timestamp);
