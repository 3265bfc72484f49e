using Npgsql;
using Pylon.Insights.Alerts;
using Pylon.Insights.Audit;
using Pylon.Insights.Reading;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Insights.Webhooks;

/// <summary>The notices: a queue, and what became of each.</summary>
internal sealed class NoticeStore(TenantDatabase database)
{
    private const int Batch = 500;

    private const string Claim =
        """
        WITH due AS MATERIALIZED (
            SELECT alert_id, number FROM alert_notices
            WHERE status = 'due' AND due_at <= $1
            ORDER BY due_at
            LIMIT $4
            FOR UPDATE SKIP LOCKED)
        UPDATE alert_notices n SET lease_owner = $2, due_at = $3, attempts = n.attempts + 1, receiver = $5
        FROM due, alerts a
        WHERE n.alert_id = due.alert_id AND n.number = due.number AND a.id = n.alert_id
        RETURNING n.alert_id, n.number, n.attempts, n.percent_above, n.impact_kg, n.created_at, a.hotspot_id, a.transition, a.level,
            a.message, a.entity, a.entity_type, a.cause, a.hour, a.created_at AS raised_at
        """;

    private const string Sent =
        """
        WITH sent AS (
            UPDATE alert_notices SET status = 'sent', sent_at = $4, http_status = $5, failure_reason = NULL, lease_owner = NULL
            WHERE alert_id = $1 AND number = $2 AND lease_owner = $3 AND status = 'due'
            RETURNING *)
        INSERT INTO alert_history (alert_id, what, user_id, percent_above, impact_kg, at)
        SELECT alert_id, 'sent', receiver, percent_above, impact_kg, $4 FROM sent
        """;

    private const string Retry =
        """
        UPDATE alert_notices SET due_at = $4, http_status = $5, failure_reason = $6, lease_owner = NULL
        WHERE alert_id = $1 AND number = $2 AND lease_owner = $3 AND status = 'due'
        """;

    private const string GiveUp =
        """
        WITH dead AS (
            UPDATE alert_notices SET status = 'dead', http_status = $5, failure_reason = $6, lease_owner = NULL
            WHERE alert_id = $1 AND number = $2 AND lease_owner = $3 AND status = 'due'
            RETURNING *)
        INSERT INTO alert_history (alert_id, what, user_id, note, percent_above, impact_kg, at)
        SELECT alert_id, 'not_sent', receiver, $6, percent_above, impact_kg, $4 FROM dead
        """;

    // No attempt was made.
    private const string Release =
        """
        UPDATE alert_notices SET due_at = $2, lease_owner = NULL, attempts = attempts - 1
        WHERE lease_owner = $1 AND status = 'due'
        """;

    private const string WithoutReceiver =
        """
        WITH due AS MATERIALIZED (SELECT alert_id, number FROM alert_notices WHERE status = 'due' LIMIT $1 FOR UPDATE SKIP LOCKED)
        UPDATE alert_notices n SET status = 'no_receiver' FROM due WHERE n.alert_id = due.alert_id AND n.number = due.number
        """;

    private const string Page =
        $"""
        SELECT {NoticeRow.Columns} FROM alert_notices n
        WHERE (n.created_at, n.alert_id) < ($1, $2) AND ($3::text IS NULL OR n.status = $3) AND ($4::uuid IS NULL OR n.alert_id = $4)
          AND ($6::uuid IS NULL OR EXISTS (SELECT FROM alerts a WHERE a.id = n.alert_id AND a.operator_id = $6))
        ORDER BY n.created_at DESC, n.alert_id DESC
        LIMIT $5
        """;

    private const string One = $"SELECT {NoticeRow.Columns} FROM alert_notices n WHERE n.alert_id = $1 AND n.number = $2 AND ($3::uuid IS NULL OR EXISTS (SELECT FROM alerts a WHERE a.id = n.alert_id AND a.operator_id = $3))";

    private const string Again =
        """
        UPDATE alert_notices n SET status = 'due', due_at = $3, attempts = 0
        WHERE alert_id = $1 AND number = $2 AND status IN ('dead', 'silenced', 'no_receiver')
          AND ($4::uuid IS NULL OR EXISTS (SELECT FROM alerts a WHERE a.id = n.alert_id AND a.operator_id = $4))
        """;

    private const string Notify = "SELECT pg_notify('alert_notices', '')";

    /// <summary>What is of one operator.</summary>
    public NoticeStore Of(Tenant tenant) => new(database.Of(tenant));

    /// <summary>Claims due notices; no other instance gets them until the lease ends.</summary>
    public Task<List<ClaimedNotice>> ClaimAsync(
        Guid owner, int atMost, string receiver, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken) =>
        database.QueryAsync<ClaimedNotice>(Claim, cancellationToken, Sql.Time(now), owner, Sql.Time(now + lease), atMost, receiver);

    /// <summary>The receiver took it. False when the lease is lost: another instance sends it again.</summary>
    public async Task<bool> SentAsync(ClaimedNotice notice, Guid owner, int? httpStatus, DateTimeOffset now, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(Sent, cancellationToken, notice.AlertId, notice.Number, owner, Sql.Time(now), httpStatus) == 1;

    /// <summary>It is tried again at that time. False when the lease is lost.</summary>
    public async Task<bool> RetryAsync(ClaimedNotice notice, Guid owner, DateTimeOffset dueAt, WebhookAnswer answer, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(Retry, cancellationToken, notice.AlertId, notice.Number, owner, Sql.Time(dueAt), answer.HttpStatus, answer.Failure) == 1;

    /// <summary>It is dead. False when the lease is lost.</summary>
    public async Task<bool> GiveUpAsync(ClaimedNotice notice, Guid owner, DateTimeOffset now, WebhookAnswer answer, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(GiveUp, cancellationToken, notice.AlertId, notice.Number, owner, Sql.Time(now), answer.HttpStatus, answer.Failure) == 1;

    /// <summary>Gives back what this claim still holds; it is due at that time.</summary>
    public Task ReleaseAsync(Guid owner, DateTimeOffset dueAt, CancellationToken cancellationToken) =>
        database.ExecuteAsync(Release, cancellationToken, owner, Sql.Time(dueAt));

    /// <summary>Marks due notices that nobody receives; true when there may be more.</summary>
    public async Task<bool> MarkWithoutReceiverAsync(CancellationToken cancellationToken) =>
        await database.ExecuteAsync(WithoutReceiver, cancellationToken, Batch) == Batch;

    /// <summary>Newest first.</summary>
    public Task<List<NoticeRow>> PageAsync(string? status, Guid? alertId, PageToken? after, int atMost, CancellationToken cancellationToken) =>
        database.QueryAsync<NoticeRow>(
            Page, cancellationToken, Sql.Time(after?.Time ?? DateTimeOffset.MaxValue), after?.Id ?? Guid.AllBitsSet, status, Sql.Uuid(alertId), atMost, database.Tenant.Parameter);

    /// <summary>Makes it due again, when it is not under way or sent; null when there is none.</summary>
    public async Task<NoticeRow?> ResendAsync(Guid alertId, int number, string userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var audit = AuditLog.Entry(
            "alert_notice_resent", "alert", alertId.ToString(), userId, "", new Dictionary<string, object?>(StringComparer.Ordinal) { ["number"] = number });
        await database.ChangeAsync(Sql.Statement(Again, alertId, number, Sql.Time(now), database.Tenant.Parameter), [audit, Sql.Statement(Notify)], cancellationToken);
        return (await database.QueryAsync<NoticeRow>(One, cancellationToken, alertId, number, database.Tenant.Parameter)).FirstOrDefault();
    }
}
