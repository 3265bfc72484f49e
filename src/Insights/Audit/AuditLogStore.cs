using Pylon.Postgres;

namespace Pylon.Insights.Audit;

/// <summary>Reads the audit log. <see cref="AuditLog"/> writes it.</summary>
internal sealed class AuditLogStore(TenantDatabase database)
{
    private const string Page =
        """
        SELECT id, action, entity_type, entity_id, user_id, notes, metadata::text, "timestamp" FROM audit_logs
        WHERE id < $1 AND ($2::text IS NULL OR action = $2) AND ($3::text IS NULL OR entity_type = $3)
          AND ($4::text IS NULL OR entity_id = $4) AND ($5::text IS NULL OR user_id = $5)
          AND ($6::timestamptz IS NULL OR "timestamp" >= $6) AND ($7::timestamptz IS NULL OR "timestamp" < $7)
          AND ($9::uuid IS NULL OR audited_operator(entity_type, entity_id) = $9)
        ORDER BY id DESC
        LIMIT $8
        """;

    /// <summary>What is of one operator.</summary>
    public AuditLogStore Of(Tenant tenant) => new(database.Of(tenant));

    /// <summary>Newest first, before the entry with this id.</summary>
    public Task<List<AuditRow>> PageAsync(AuditFilter filter, long before, int atMost, CancellationToken cancellationToken) =>
        database.ListAsync(
            Page,
            row => new AuditRow(
                row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6),
                row.GetFieldValue<DateTimeOffset>(7)),
            cancellationToken,
            before, filter.Action, filter.EntityType, filter.EntityId, filter.UserId, Sql.Time(filter.Since), Sql.Time(filter.Before), atMost, database.Tenant.Parameter);
}
