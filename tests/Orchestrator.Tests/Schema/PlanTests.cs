using Microsoft.Extensions.Logging.Abstractions;
using Pylon.Orchestrator.Decisions;
using Pylon.Orchestrator.Flow;
using Pylon.Orchestrator.Outcomes;
using Pylon.Orchestrator.Runs;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Schema;

/// <summary>The statements that run all the time read by index, however many workloads are over and however many wait.</summary>
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

    private const string Backlog =
        """
        SET session_replication_role = replica;
        INSERT INTO orchestrator.compute_workloads (job_id, workload_name) SELECT 'waits ' || n, 'waits ' || n FROM generate_series(1, 20000) n;
        INSERT INTO orchestrator.beckn_orders (order_id, workload_id, transaction_id, item_id)
        SELECT w.job_id, w.id, w.id, 'item' FROM orchestrator.compute_workloads w;
        INSERT INTO orchestrator.workload_notifications (workload_id) SELECT w.id FROM orchestrator.compute_workloads w;
        INSERT INTO orchestrator.workload_runs (workload_id, pipeline, correlation_id, state, ended_at, outcome_due_at, withdraws)
        SELECT w.id, 'p', 'c', 'cancelled', now(), now(), true FROM orchestrator.compute_workloads w;
        ANALYZE orchestrator.compute_workloads, orchestrator.beckn_orders, orchestrator.workload_notifications, orchestrator.workload_runs
        """;

    [Fact]
    public async Task ClaimsOfABacklogReadWhatTheyClaim()
    {
        const int AtMost = 10;
        await using var database = await OrchestratorDatabase.CreateAsync();
        await database.Server.ExecuteAsync(Backlog);
        await using var planned = new PlannedDatabase(database.Server.ConnectionString, "orchestrator");
        var all = new TenantDatabase(planned.Source, Tenant.All);
        var flow = new FlowStore(planned.Source, new WorkloadStore(all, [], NullLogger<WorkloadStore>.Instance), TimeProvider.System);
        var runs = new RunStore(all, NullLogger<RunStore>.Instance);
        var decisions = new DecisionStore(all, NullLogger<DecisionStore>.Instance);
        var outcomes = new OutcomeStore(all, NullLogger<OutcomeStore>.Instance);

        // A statement that has run so often is prepared, and may have one plan for all values.
        for (var times = 0; times < 12; times++)
        {
            Assert.Equal(AtMost, (await flow.ClaimAsync(Guid.NewGuid(), AtMost, TimeSpan.FromMinutes(1), CancellationToken.None)).Count);
            Assert.Equal(AtMost, (await runs.ClaimAsync(Guid.NewGuid(), TimeSpan.FromMinutes(1), AtMost, CancellationToken.None)).Count);
            Assert.Equal(AtMost, (await decisions.ClaimAsync(Guid.NewGuid(), AtMost, TimeSpan.FromMinutes(1), CancellationToken.None)).Count);
            Assert.Equal(AtMost, (await outcomes.ClaimAsync(TimeSpan.FromMinutes(1), AtMost, CancellationToken.None)).Count);
        }

        var plans = planned.PlansOf("due AS MATERIALIZED").Concat(planned.PlansOf("begun AS MATERIALIZED")).ToList();
        Assert.True(plans.Count >= 48, $"{plans.Count} plans");
        Assert.All(plans, plan => Assert.True(PlannedDatabase.MostRows(plan) <= 10 * AtMost, plan));
    }

    [Fact]
    public async Task ClaimsAndListsDoNotReadTheWorkloadsThatAreOver()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        await database.Server.ExecuteAsync(Over);
        await using var planned = new PlannedDatabase(database.Server.ConnectionString, "orchestrator");
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
