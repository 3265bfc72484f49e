using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Constraints;

/// <summary>What the user, the operator and the data centre of a workload bring to its offers.</summary>
/// <param name="Pue">Of its data centre; null when that is not known.</param>
internal sealed record ConstraintContext(Preferences Preferences, OperatorLimits? Operator, double? Pue);

/// <summary>Reads it.</summary>
internal sealed class ConstraintStore(TenantDatabase database, ILogger<ConstraintStore> logger)
{
    private const string Find =
        """
        SELECT w.id, u.preferences::text AS preferences, (o.metadata -> 'constraints')::text AS limits, d.pue
        FROM compute_workloads w
        LEFT JOIN users u ON u.id = w.user_id
        LEFT JOIN operators o ON o.id = coalesce(w.operator_id, u.operator_id)
        LEFT JOIN data_centres d ON d.id = w.host_dc_id
        WHERE w.id = $1 AND is_of(w.operator_id, $2)
        """;

    /// <summary>Of one operator's workloads.</summary>
    public ConstraintStore Of(Tenant tenant) => new(database.Of(tenant), logger);

    public async Task<ConstraintContext> FindAsync(Guid workloadId, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<Row>(logger, Find, cancellationToken, workloadId, database.Tenant.Parameter);
        return rows is [var row]
            ? new ConstraintContext(Preferences.Read(row.Preferences), OperatorLimits.Read(row.Limits), row.Pue)
            : new ConstraintContext(Preferences.None, null, null);
    }

    private sealed record Row(Guid Id, string? Preferences, string? Limits, double? Pue);
}
