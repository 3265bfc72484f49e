using Microsoft.Extensions.Logging.Abstractions;
using Pylon.Orchestrator.Flow;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Schema;

/// <summary>The statements that run all the time read by index, however many workloads are over.</summary>
public sealed class PlanTests
{
    private const string Over =
        """
        SET session_replication_role = replica;
        INSERT INTO orchestrator.compute_workloads (job_id, workload_name, status, bpp_processed, submitted_at)
        SELECT 'over ' || n, 'over ' || n, 'cancelled', true, now() - n * interval '1 minute' FROM generate_series(1, 20000) n;
        INSERT INTO orchestrator.compute_workloads (job_id, workload_name) SELECT 'waits ' || n, 'waits ' || n FROM generate_series(1, 50) n;
        ANALYZE orchestrator.compute_workloads
        """;

    [Fact]
    public async Task ClaimsAndListsDoNotReadTheWorkloadsThatAreOver()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        await database.Server.ExecuteAsync(Over);
        await using var planned = new PlannedDatabase(database.DataSourceSettings);
        var workloads = new WorkloadStore(new TenantDatabase(planned.Source, Tenant.All), [], NullLogger<WorkloadStore>.Instance);
        var flow = new FlowStore(planned.Source, workloads, TimeProvider.System);

        Assert.Equal(10, (await flow.ClaimAsync(Guid.NewGuid(), 10, TimeSpan.FromMinutes(1), CancellationToken.None)).Count);
        await flow.NextDueAsync(CancellationToken.None);
        Assert.Equal(20, (await workloads.PageAsync(null, [], 20, CancellationToken.None)).Count);

        var plans = planned.PlansOf("compute_workloads");
        Assert.True(plans.Count >= 3, $"{plans.Count} plans");
        Assert.All(plans, plan => Assert.DoesNotContain("Seq Scan on compute_workloads", plan, StringComparison.Ordinal));
    }
}
