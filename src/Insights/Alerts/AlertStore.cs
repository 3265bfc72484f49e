using Npgsql;
using Pylon.Insights.Audit;
using Pylon.Insights.Publishing;
using Pylon.Insights.Reading;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Insights.Alerts;

/// <summary>Alerts and their history. <see cref="AlertRaiser"/> raises and resolves them.</summary>
internal sealed class AlertStore(TenantDatabase database)
{
    private const int RepeatBatch = 500;

    private const string Page =
        $"""
        SELECT {AlertRow.Columns} FROM alerts a
        WHERE (a.created_at, a.id) < ($1, $2) AND ($3::text IS NULL OR a.level = $3) AND ($4::uuid IS NULL OR a.hotspot_id = $4)
          AND ($5::text IS NULL OR a.entity = $5) AND ($6::boolean IS NULL OR (a.resolved_at IS NOT NULL) = $6)
          AND ($7::boolean IS NULL OR (a.silence_id IS NOT NULL) = $7)
          AND ($8::boolean IS NULL OR (a.acknowledged_at IS NOT NULL AND (a.acknowledged_until IS NULL OR a.acknowledged_until > $9)) = $8)
          AND is_of(a.operator_id, $11)
        ORDER BY a.created_at DESC, a.id DESC
        LIMIT $10
        """;

    private const string ById = $"SELECT {AlertRow.Columns} FROM alerts a WHERE a.id = $1 AND is_of(a.operator_id, $2)";

    private const string Count =
        """
        SELECT count(*) FILTER (WHERE level = 'critical')::integer, count(*) FILTER (WHERE level = 'warn')::integer,
            count(*) FILTER (WHERE level = 'info')::integer,
            count(*) FILTER (WHERE resolved_at IS NULL AND (acknowledged_at IS NULL OR acknowledged_until <= $1))::integer,
            count(silence_id)::integer
        FROM alerts WHERE is_of(operator_id, $2)
        """;

    private const string AcknowledgeOne = $"{AlertRaiser.AcknowledgeHead} id = $1 AND is_of(operator_id, $7) {AlertRaiser.AcknowledgeTail}";

    // The same words of the same person are one comment.
    private const string CommentOnce =
        """
        INSERT INTO alert_history (alert_id, what, user_id, note, at)
        SELECT $1, 'commented', $2, $3, $4
        WHERE NOT EXISTS (SELECT FROM alert_history WHERE alert_id = $1 AND what = 'commented' AND user_id = $2 AND note = $3)
        """;

    private const string HistoryColumns = "id, what, user_id, note, percent_above, impact_kg, at";

    private const string Comment =
        $"""
        INSERT INTO alert_history (alert_id, what, user_id, note, request_id, at) VALUES ($1, 'commented', $2, $3, $4, $5)
        ON CONFLICT (alert_id, request_id) DO NOTHING
        RETURNING {HistoryColumns}
        """;

    private const string CommentByRequest = $"SELECT {HistoryColumns} FROM alert_history WHERE alert_id = $1 AND request_id = $2";

    private const string History =
        $"SELECT {HistoryColumns} FROM alert_history WHERE alert_id = $1 AND id > $2 ORDER BY id LIMIT $3";

    private const string EndAcknowledgements =
        """
        WITH ended AS (
            UPDATE alerts SET acknowledged_at = NULL, acknowledged_by = NULL, acknowledged_until = NULL, acknowledgement_note = NULL
            WHERE acknowledged_until <= $1 AND resolved_at IS NULL
            RETURNING id)
        INSERT INTO alert_history (alert_id, what, at) SELECT id, 'unacknowledged', $1 FROM ended
        """;

    // One statement, so that a repeat is made whole or not at all; the row's lock and its time make it one over all
    // instances. Of the critical alerts of a hotspot only the newest is told again; as NOT EXISTS a newer one PostgreSQL compared each
    // with all others before the table is analysed. A silence only holds it back: what is silenced now is due when the silence ends.
    private const string Repeat =
        $"""
        WITH due AS MATERIALIZED (
            SELECT a.id, h.percent_above, h.impact_kg FROM alerts a JOIN hotspots h ON h.id = a.hotspot_id
            WHERE a.level = 'critical' AND a.resolved_at IS NULL AND (a.last_notice_at IS NULL OR a.last_notice_at <= $1 - $2::interval)
              AND (a.acknowledged_at IS NULL OR a.acknowledged_until <= $1) AND h.status IN ('open', 'acknowledged')
              AND a.id = (
                  SELECT n.id FROM alerts n WHERE n.hotspot_id = a.hotspot_id AND n.level = 'critical' AND n.resolved_at IS NULL
                  ORDER BY n.created_at DESC, n.id DESC LIMIT 1)
              AND NOT EXISTS (SELECT FROM silences s WHERE s.ends_at > $1 AND {AlertRaiser.MatchingSilence})
            ORDER BY a.last_notice_at NULLS FIRST
            LIMIT $3
            FOR UPDATE OF a SKIP LOCKED
        ), repeated AS (
            UPDATE alerts a SET last_notice_at = $1 FROM due WHERE a.id = due.id
            RETURNING a.*, due.percent_above AS percent_now, due.impact_kg AS impact_now
        ), history AS (
            INSERT INTO alert_history (alert_id, what, percent_above, impact_kg, at)
            SELECT id, 'repeated', percent_now, impact_now, $1 FROM repeated
        ), audit AS (
            INSERT INTO audit_logs (action, entity_type, entity_id, notes, metadata)
            SELECT 'alert_repeated', 'alert', id::text, message, jsonb_build_object('hotspot_id', hotspot_id) FROM repeated
        ), notice AS (
            INSERT INTO alert_notices (alert_id, number, percent_above, impact_kg, created_at, due_at)
            SELECT id, (SELECT coalesce(max(n.number), 0) + 1 FROM alert_notices n WHERE n.alert_id = r.id), percent_now, impact_now, $1, $1
            FROM repeated r
        )
        INSERT INTO outbox (topic, type, subject, payload, traceparent, operator_id)
        SELECT '{InsightsEvents.Topic}', 'pylon.alert.repeated.v1', a.id::text, jsonb_build_object('alert_repeated', {AlertRaiser.Facts}), $4, nullif(a.operator_id, {InsightsEvents.NoBuiltIn})
        FROM repeated a
        """;

    /// <summary>What is of one operator.</summary>
    public AlertStore Of(Tenant tenant) => new(database.Of(tenant));

    /// <summary>Newest first.</summary>
    public Task<List<AlertRow>> PageAsync(AlertFilter filter, PageToken? after, int atMost, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.QueryAsync<AlertRow>(
            Page, cancellationToken, Sql.Time(after?.Time ?? DateTimeOffset.MaxValue), after?.Id ?? Guid.AllBitsSet, filter.Level,
            Sql.Uuid(filter.HotspotId), filter.Entity, filter.Resolved, filter.Silenced, filter.Acknowledged, Sql.Time(now), atMost, database.Tenant.Parameter);

    /// <summary>Null when there is none.</summary>
    public async Task<AlertRow?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await database.QueryAsync<AlertRow>(ById, cancellationToken, id, database.Tenant.Parameter)).FirstOrDefault();

    public async Task<AlertStats> CountAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        (await database.ListAsync(
            Count,
            row => new AlertStats(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4)),
            cancellationToken,
            Sql.Time(now),
            database.Tenant.Parameter))[0];

    /// <summary>False when there is no such alert, or another one was first.</summary>
    public async Task<bool> AcknowledgeAsync(
        Guid id, string userId, string note, DateTimeOffset? until, DateTimeOffset now, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            AcknowledgeOne, cancellationToken, id, Sql.Time(now), userId, Sql.Time(until), note, AlertRaiser.TraceParent(), database.Tenant.Parameter) == 1;

    /// <summary>A comment that is the same when it is said again, such as the note of one who came second.</summary>
    public Task<bool> CommentOnceAsync(Guid id, string userId, string note, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ChangeAsync(Sql.Statement(CommentOnce, id, userId, note, Sql.Time(now)), [AuditOf(id, userId, note)], cancellationToken);

    /// <summary>The comment; with a request id that was used already, the first one. The alert must exist.</summary>
    public async Task<HistoryRow> CommentAsync(
        Guid id, string userId, string note, string? requestId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (await transaction.Connection.FirstAsync<HistoryRow>(Comment, cancellationToken, id, userId, note, requestId, Sql.Time(now)) is { } added)
        {
            await using var batch = transaction.Batch(AuditOf(id, userId, note));
            await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return added;
        }

        return (await transaction.Connection.FirstAsync<HistoryRow>(CommentByRequest, cancellationToken, id, requestId))!;
    }

    /// <summary>Oldest first, after the entry with this id.</summary>
    public Task<List<HistoryRow>> HistoryAsync(Guid id, long after, int atMost, CancellationToken cancellationToken) =>
        database.QueryAsync<HistoryRow>(History, cancellationToken, id, after, atMost);

    /// <summary>Ends the acknowledgements whose time is over; returns their number.</summary>
    public Task<int> EndAcknowledgementsAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ExecuteAsync(EndAcknowledgements, cancellationToken, Sql.Time(now));

    /// <summary>Tells again the critical alerts that nobody acknowledged and that were last told so long ago; true when there may be more.</summary>
    public async Task<bool> RepeatAsync(DateTimeOffset now, TimeSpan interval, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(Repeat, cancellationToken, Sql.Time(now), interval, RepeatBatch, AlertRaiser.TraceParent()) == RepeatBatch;

    private static NpgsqlBatchCommand AuditOf(Guid id, string userId, string note) =>
        AuditLog.Entry("alert_commented", "alert", id.ToString(), userId, note);
}
