using System.Text.Json;
using Npgsql;
using Pylon.Postgres;

namespace Pylon.Insights.Audit;

/// <summary>Every action is logged in the transaction of the change that it makes.</summary>
internal static class AuditLog
{
    private const string Insert =
        "INSERT INTO audit_logs (action, entity_type, entity_id, user_id, notes, metadata) VALUES ($1, $2, $3, $4, $5, $6)";

    /// <summary>An entry, as a statement of the batch that makes the change.</summary>
    /// <param name="action">For example recommendation_approved.</param>
    /// <param name="entityType">What it is about, for example recommendation.</param>
    /// <param name="entityId">The id of that.</param>
    /// <param name="userId">Who did it; empty for Pylon itself.</param>
    /// <param name="notes">In that person's words.</param>
    /// <param name="metadata">Facts for a program.</param>
    public static NpgsqlBatchCommand Entry(
        string action, string entityType, string entityId, string userId = "", string notes = "", IReadOnlyDictionary<string, object?>? metadata = null) =>
        Sql.Statement(Insert, action, entityType, entityId, userId, notes, Sql.Json(metadata is null ? "{}" : JsonSerializer.Serialize(metadata)));
}
