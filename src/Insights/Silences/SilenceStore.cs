using Npgsql;
using Pylon.Insights.Alerts;
using Pylon.Insights.Audit;
using Pylon.Insights.Reading;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Insights.Silences;

/// <summary>Silences. That an alert matches one is found when it is raised; see <see cref="AlertRaiser"/>.</summary>
internal sealed class SilenceStore(TenantDatabase database)
{
    private const string Insert =
        """
        INSERT INTO silences (id, request_id, operator_id, entity, entity_type, cause, max_level, reason, created_by, created_at, ends_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (request_id) DO NOTHING
        """;

    private const string ById = $"SELECT {SilenceRow.Columns} FROM silences s WHERE s.id = $1 AND is_of(s.operator_id, $2)";

    private const string ByRequest = $"SELECT {SilenceRow.Columns} FROM silences s WHERE s.request_id = $1 AND is_of(s.operator_id, $2)";

    private const string Page =
        $"""
        SELECT {SilenceRow.Columns} FROM silences s
        WHERE (s.created_at, s.id) < ($1, $2) AND ($3::boolean IS NULL OR (s.ends_at > $4) = $3) AND is_of(s.operator_id, $6)
        ORDER BY s.created_at DESC, s.id DESC
        LIMIT $5
        """;

    private const string End =
        "UPDATE silences SET ends_at = greatest($2, created_at), ended_at = $2, ended_by = $3 WHERE id = $1 AND is_of(operator_id, $4) AND ends_at > $2";

    private const string Count =
        $"""
        SELECT count(*) FILTER (WHERE a.level = 'critical')::integer, count(*) FILTER (WHERE a.level = 'warn')::integer,
            count(*) FILTER (WHERE a.level = 'info')::integer,
            coalesce(sum((SELECT count(*) FROM alert_notices n WHERE n.alert_id = a.id)), 0)::integer,
            count(DISTINCT a.hotspot_id)::integer, count(DISTINCT (a.entity_type, a.entity))::integer
        FROM alerts a, (VALUES ($2, $3, $4, $5, $6)) AS s (operator_id, entity, entity_type, cause, max_level)
        WHERE a.created_at >= $1 AND {AlertRaiser.MatchingSilence}
        """;

    /// <summary>What is of one operator.</summary>
    public SilenceStore Of(Tenant tenant) => new(database.Of(tenant));

    /// <summary>The silence; with a request id that was used already, the first one; null when that is another operator's.</summary>
    public async Task<SilenceRow?> CreateAsync(NewSilence silence, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(silence.CreatedAt);
        var of = silence.Matchers;
        var insert = Sql.Statement(
            Insert, id, silence.RequestId, of.OperatorId, of.Entity, of.EntityType, of.Cause, of.MaxLevel, silence.Reason, silence.UserId,
            Sql.Time(silence.CreatedAt), Sql.Time(silence.EndsAt));
        var facts = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["entity"] = of.Entity,
            ["entity_type"] = of.EntityType,
            ["cause"] = of.Cause,
            ["max_level"] = of.MaxLevel,
            ["ends_at"] = silence.EndsAt,
        };
        var audit = AuditLog.Entry("silence_created", "silence", id.ToString(), silence.UserId, silence.Reason, facts);
        var rows = await database.ChangeAsync(insert, [audit], cancellationToken)
            ? await database.QueryAsync<SilenceRow>(ById, cancellationToken, id, database.Tenant.Parameter)
            : await database.QueryAsync<SilenceRow>(ByRequest, cancellationToken, silence.RequestId, database.Tenant.Parameter);
        return rows.FirstOrDefault();
    }

    /// <summary>Newest first.</summary>
    public Task<List<SilenceRow>> PageAsync(bool? active, PageToken? after, int atMost, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.QueryAsync<SilenceRow>(
            Page, cancellationToken, Sql.Time(after?.Time ?? DateTimeOffset.MaxValue), after?.Id ?? Guid.AllBitsSet, active, Sql.Time(now), atMost, database.Tenant.Parameter);

    /// <summary>Ends it, when it is not over yet; null when there is none.</summary>
    public async Task<SilenceRow?> EndAsync(Guid id, string userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await database.ChangeAsync(
            Sql.Statement(End, id, Sql.Time(now), userId, database.Tenant.Parameter), [AuditLog.Entry("silence_ended", "silence", id.ToString(), userId)], cancellationToken);
        return (await database.QueryAsync<SilenceRow>(ById, cancellationToken, id, database.Tenant.Parameter)).FirstOrDefault();
    }

    /// <summary>What it would have hidden of the alerts since then.</summary>
    public async Task<Preview> PreviewAsync(Matchers of, DateTimeOffset since, CancellationToken cancellationToken) =>
        (await database.ListAsync(
            Count,
            row => new Preview(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4), row.GetInt32(5)),
            cancellationToken,
            Sql.Time(since),
            of.OperatorId,
            Text(of.Entity),
            Text(of.EntityType),
            Text(of.Cause),
            Text(of.MaxLevel)))[0];

    // In a list of values a null needs its type.
    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };
}
