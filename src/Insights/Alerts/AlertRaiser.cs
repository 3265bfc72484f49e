using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using Pylon.Insights.Publishing;
using Pylon.Postgres;

namespace Pylon.Insights.Alerts;

/// <summary>
/// What a transition of a hotspot does to alerts, as statements of the transaction that makes the transition, after the
/// row of the hotspot. The same transition again changes nothing.
/// </summary>
internal static class AlertRaiser
{
    /// <summary>True when the silence <c>s</c> matches the alert <c>a</c>; whether it holds at that time is the caller's to add.</summary>
    internal const string MatchingSilence =
        """
        s.operator_id = a.operator_id
            AND (s.entity IS NULL OR s.entity = a.entity) AND (s.entity_type IS NULL OR s.entity_type = a.entity_type)
            AND (s.cause IS NULL OR s.cause = a.cause) AND (s.max_level IS NULL OR level_rank(a.level) <= level_rank(s.max_level))
        """;

    // The end of what had no alert has none either: of a hotspot that was only watched, of a re-opening of one that flaps.
    private const string Raise =
        $"""
        WITH raised AS (
            INSERT INTO alerts (id, operator_id, hotspot_id, transition, reopened, level, message, entity, entity_type, cause,
                percent_above, impact_kg, hour, created_at, silence_id, resolved_at, last_notice_at)
            SELECT a.*, s.id, CASE WHEN a.transition = 'resolved' THEN a.created_at END, CASE WHEN s.id IS NULL THEN a.created_at END
            FROM (VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14))
                AS a (id, operator_id, hotspot_id, transition, reopened, level, message, entity, entity_type, cause,
                    percent_above, impact_kg, hour, created_at)
            LEFT JOIN LATERAL (
                SELECT s.id FROM silences s
                WHERE s.created_at <= a.created_at AND s.ends_at > a.created_at AND {MatchingSilence}
                ORDER BY s.ends_at DESC LIMIT 1) s ON true
            WHERE a.transition <> 'resolved' OR EXISTS (
                SELECT FROM alerts o WHERE o.hotspot_id = a.hotspot_id AND o.reopened = a.reopened AND o.transition <> 'resolved')
            ON CONFLICT (hotspot_id, transition, level, reopened) DO NOTHING
            RETURNING *
        ), history AS (
            INSERT INTO alert_history (alert_id, what, user_id, percent_above, impact_kg, at)
            SELECT id, 'raised', $15, percent_above, impact_kg, created_at FROM raised
        ), audit AS (
            INSERT INTO audit_logs (action, entity_type, entity_id, user_id, notes, metadata)
            SELECT 'alert_raised', 'alert', id::text, $15, message, jsonb_build_object(
                'hotspot_id', hotspot_id, 'transition', transition, 'level', level, 'silence_id', silence_id)
            FROM raised
        ), notice AS (
            INSERT INTO alert_notices (alert_id, number, percent_above, impact_kg, created_at, status, due_at)
            SELECT id, 0, percent_above, impact_kg, created_at, CASE WHEN silence_id IS NULL THEN 'due' ELSE 'silenced' END, created_at
            FROM raised
        )
        INSERT INTO outbox (topic, type, subject, payload, traceparent, operator_id)
        SELECT '{InsightsEvents.Topic}', 'pylon.alert.raised.v1', a.id::text, jsonb_build_object('alert_raised', {Facts}), $16, nullif(a.operator_id, {InsightsEvents.NoBuiltIn})
        FROM raised a WHERE silence_id IS NULL
        """;

    // Not the alerts of a later re-opening, when an earlier end is told again.
    private const string Resolve =
        """
        WITH resolved AS (
            UPDATE alerts SET resolved_at = $2 WHERE hotspot_id = $1 AND reopened <= $5 AND resolved_at IS NULL RETURNING id
        )
        INSERT INTO alert_history (alert_id, what, user_id, note, at) SELECT id, 'resolved', $3, $4, $2 FROM resolved
        """;

    /// <summary>What an event says of an alert, as columns of <c>a</c>: pylon.events.v1.AlertFacts.</summary>
    internal const string Facts =
        """
        jsonb_build_object('alert', jsonb_build_object('id', a.id, 'level', a.level, 'message', a.message,
            'hotspot_id', a.hotspot_id, 'acknowledged_by', coalesce(a.acknowledged_by, '')))
        """;

    // Parameters: the id, now, who, until, note, trace.
    internal const string AcknowledgeHead =
        """
        WITH acknowledged AS (
            UPDATE alerts SET acknowledged_at = $2, acknowledged_by = $3, acknowledged_until = $4, acknowledgement_note = $5
            WHERE
        """;

    // The first one wins; once its time is over, the next one does.
    internal const string AcknowledgeTail =
        $"""
             AND (acknowledged_at IS NULL OR acknowledged_until <= $2)
            RETURNING *
        ), history AS (
            INSERT INTO alert_history (alert_id, what, user_id, note, percent_above, impact_kg, at)
            SELECT id, 'acknowledged', $3, $5, percent_above, impact_kg, $2 FROM acknowledged
        ), audit AS (
            INSERT INTO audit_logs (action, entity_type, entity_id, user_id, notes, metadata)
            SELECT 'alert_acknowledged', 'alert', id::text, $3, $5, jsonb_build_object('hotspot_id', hotspot_id, 'until', $4) FROM acknowledged
        )
        INSERT INTO outbox (topic, type, subject, payload, traceparent, operator_id)
        SELECT '{InsightsEvents.Topic}', 'pylon.alert.acknowledged.v1', a.id::text, jsonb_build_object('alert_acknowledged', {Facts}), $6, nullif(a.operator_id, {InsightsEvents.NoBuiltIn})
        FROM acknowledged a
        """;

    private const string AcknowledgeAll = $"{AcknowledgeHead} hotspot_id = $1 AND resolved_at IS NULL {AcknowledgeTail}";

    /// <summary>The statements for a transition; none for watching.</summary>
    public static NpgsqlBatchCommand[] For(HotspotNotice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        return notice.Transition switch
        {
            "opened" or "reopened" or "escalated" or "flapping" => [RaiseOf(notice, notice.Transition, notice.Level)],
            "resolved" or "accepted_as_normal" => [ResolveOf(notice), RaiseOf(notice, "resolved", "info")],
            "acknowledged" or "ignored" => [AcknowledgeOf(notice)],
            "watching" => [],
            _ => throw new ArgumentException($"'{notice.Transition}' is not a transition of a hotspot", nameof(notice)),
        };
    }

    /// <summary>The W3C trace context of now, as a parameter.</summary>
    internal static NpgsqlParameter TraceParent() => new() { Value = (object?)Activity.Current?.Id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlBatchCommand RaiseOf(HotspotNotice notice, string transition, string level) => Sql.Statement(
        Raise, Guid.CreateVersion7(notice.At), notice.OperatorId, notice.HotspotId, transition, notice.Reopened, level, AlertMessage.Of(notice),
        notice.Entity, notice.EntityType, notice.Cause, notice.PercentAbove, notice.ImpactKg, Sql.Time(notice.Hour), Sql.Time(notice.At),
        notice.UserId, TraceParent());

    private static NpgsqlBatchCommand ResolveOf(HotspotNotice notice) =>
        Sql.Statement(Resolve, notice.HotspotId, Sql.Time(notice.At), notice.UserId, notice.Note, notice.Reopened);

    private static NpgsqlBatchCommand AcknowledgeOf(HotspotNotice notice) => Sql.Statement(
        AcknowledgeAll, notice.HotspotId, Sql.Time(notice.At), notice.UserId, Sql.Time(notice.Until), notice.Note, TraceParent());
}
