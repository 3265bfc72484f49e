namespace Pylon.Insights.Hotspots;

/// <summary>A row of hotspots. Its parameters are in the order of <see cref="Columns"/>.</summary>
internal sealed record HotspotRow(
    Guid Id, Guid OperatorId, long EntityRef, string Entity, string EntityType, string Kind, string Cause, string Severity, string? CurrentSeverity,
    string Status, string Basis, double PredictedCo2, double BaselineCo2, double PercentAbove, double Score, double Confidence, double ImpactKg, string? EventId,
    DateTime FirstHour, DateTime LastHour, int Reopened, bool Flapping, bool Stale, DateTime CreatedAt, DateTime UpdatedAt, DateTime? AcknowledgedAt,
    string? AcknowledgedBy, DateTime? Until, string? Note, DateTime? ResolvedAt)
{
    public const string Columns =
        """
        h.id, h.operator_id, h.entity_ref, h.entity, h.entity_type, h.kind, h.cause, h.severity, h.current_severity,
        h.status, h.basis, h.predicted_co2, h.baseline_co2, h.percent_above, h.score, h.confidence, h.impact_kg, h.event_id,
        h.first_hour, h.last_hour, h.reopened, h.flapping, h.stale, h.created_at, h.updated_at, h.acknowledged_at,
        h.acknowledged_by, h.until, h.note, h.resolved_at
        """;

    public static HotspotRow Read(Npgsql.NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetInt64(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6), row.GetString(7), Text(row, 8),
        row.GetString(9), row.GetString(10), row.GetDouble(11), row.GetDouble(12), row.GetDouble(13), row.GetDouble(14), row.GetDouble(15), row.GetDouble(16), Text(row, 17),
        row.GetDateTime(18), row.GetDateTime(19), row.GetInt32(20), row.GetBoolean(21), row.GetBoolean(22), row.GetDateTime(23), row.GetDateTime(24), Time(row, 25),
        Text(row, 26), Time(row, 27), Text(row, 28), Time(row, 29));

    private static string? Text(Npgsql.NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTime? Time(Npgsql.NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDateTime(column);
}
