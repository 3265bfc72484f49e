using Npgsql;
using Pylon.Orchestrator.Objects;
using Pylon.Orchestrator.V1;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Registry;

/// <summary>Reads the views of the sums; the synthetic world is not in them.</summary>
internal sealed class SummaryStore(TenantDatabase database)
{
    private const string Sums = "total_energy_kwh, total_carbon_kg, total_cost_gbp, saved_carbon_kg, saved_gbp";

    private const string OfOperator =
        $"""
        SELECT {Sums}, id, operator_name, operator_type, is_active, user_count, asset_count, workload_count, active_workloads, created_at, updated_at
        FROM operator_summary WHERE id = $1 AND is_of(id, $2)
        """;

    private const string OfUser =
        $"""
        SELECT {Sums}, id, user_email, user_name, operator_name, total_workloads, completed_workloads, running_workloads, pending_workloads, created_at, updated_at
        FROM user_workload_summary WHERE id = $1 AND is_of(operator_id, $2)
        """;

    /// <summary>Of one operator.</summary>
    public SummaryStore Of(Tenant tenant) => new(database.Of(tenant));

    public async Task<OperatorSummary?> OperatorAsync(Guid id, CancellationToken cancellationToken) =>
        (await database.ListAsync(
            OfOperator,
            row => new OperatorSummary
            {
                Id = row.Id(5),
                OperatorName = row.Text(6),
                OperatorType = row.Word<OperatorType>(7),
                IsActive = row.GetBoolean(8),
                UserCount = row.GetInt64(9),
                AssetCount = row.GetInt64(10),
                WorkloadCount = row.GetInt64(11),
                ActiveWorkloads = row.GetInt64(12),
                Sums = ReadSums(row),
                CreatedAt = row.Time(13),
                UpdatedAt = row.Time(14),
            },
            cancellationToken,
            id,
            database.Tenant.Parameter)).FirstOrDefault();

    public async Task<UserSummary?> UserAsync(Guid id, CancellationToken cancellationToken) =>
        (await database.ListAsync(
            OfUser,
            row => new UserSummary
            {
                Id = row.Id(5),
                UserEmail = row.Text(6),
                UserName = row.Text(7),
                OperatorName = row.Text(8),
                TotalWorkloads = row.GetInt64(9),
                CompletedWorkloads = row.GetInt64(10),
                RunningWorkloads = row.GetInt64(11),
                PendingWorkloads = row.GetInt64(12),
                Sums = ReadSums(row),
                CreatedAt = row.Time(13),
                UpdatedAt = row.Time(14),
            },
            cancellationToken,
            id,
            database.Tenant.Parameter)).FirstOrDefault();

    private static WorkloadSums ReadSums(NpgsqlDataReader row) => new()
    {
        EnergyKwh = row.GetDouble(0),
        CarbonKg = row.GetDouble(1),
        CostGbp = row.GetDouble(2),
        SavedCarbonKg = row.GetDouble(3),
        SavedGbp = row.GetDouble(4),
    };
}
