using Google.Protobuf;
using Npgsql;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Outcomes;

/// <summary>Outcomes of workloads. The column outcome_due_at of their runs is the queue.</summary>
internal sealed class OutcomeStore(TenantDatabase database, ILogger<OutcomeStore> logger)
{
    // Materialised, because the planner may run a subquery in IN again, and each time it takes other rows.
    private const string Claim =
        """
        WITH due AS MATERIALIZED (
            SELECT workload_id FROM workload_runs
            WHERE outcome_due_at <= now() AND ended_at IS NOT NULL
            ORDER BY outcome_due_at
            LIMIT $2
            FOR UPDATE SKIP LOCKED
        ), claimed AS (
            UPDATE workload_runs r SET outcome_due_at = now() + $1
            FROM due WHERE r.workload_id = due.workload_id
            RETURNING r.workload_id, r.state, r.progress, r.ended_at, r.outcome_due_at)
        SELECT c.workload_id, c.state, c.progress::text AS progress, c.ended_at, c.outcome_due_at, w.submitted_at, w.source,
            coalesce(n.recommendation, '{}')::text AS recommendation,
            coalesce(o.state = 'confirmed', false) AS is_booked,
            d.region_id AS host_region_id, p.region_id AS operator_region_id
        FROM claimed c
        JOIN compute_workloads w ON w.id = c.workload_id
        LEFT JOIN workload_recommendations n ON n.workload_id = w.id AND n.rank = w.chosen_option
        LEFT JOIN beckn_orders o ON o.order_id = n.order_id
        LEFT JOIN data_centres d ON d.id = w.host_dc_id
        LEFT JOIN operators p ON p.id = w.operator_id
        """;

    private const string Update =
        """
        UPDATE compute_workloads SET
            outcome = $2, started_at = $3, completed_at = $4, actual_energy_kwh = $5, actual_carbon_gco2 = $6, actual_cost_gbp = $7,
            baseline_region_id = $8, baseline_gco2 = $9, baseline_gbp = $10, saved_gco2 = $11, saved_gbp = $12, outcome_estimated = $13
        WHERE id = $1
        """;

    private const string Forget = "DELETE FROM workload_energy_consumption WHERE workload_id = $1";

    private const string Add =
        """
        INSERT INTO workload_energy_consumption
            (workload_id, phase, period_start, period_end, energy_consumed_kwh, carbon_emitted_gco2, cost_gbp, regional_signal_id, grid_signal_id, estimated)
        SELECT $1, * FROM unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::double precision[], $6::double precision[],
            $7::double precision[], $8::text[], $9::text[], $10::boolean[])
        """;

    private const string Consumed =
        """
        SELECT w.id, s.signal
        FROM unnest($1::uuid[]) w (id) CROSS JOIN LATERAL (
            SELECT g.signal, max(c.period_start) AS latest
            FROM workload_energy_consumption c CROSS JOIN LATERAL (VALUES (c.regional_signal_id), (c.grid_signal_id)) g (signal)
            WHERE c.workload_id = w.id AND g.signal IS NOT NULL
            GROUP BY g.signal
            ORDER BY latest DESC, g.signal
            LIMIT $2) s
        """;

    // A report that came meanwhile has made it due at once, and stays so.
    private const string Next = "UPDATE workload_runs SET outcome_due_at = $3 WHERE workload_id = $1 AND outcome_due_at = $2";

    private const string Notify = "SELECT pg_notify('workload_changed', $1::text)";

    /// <summary>The outcomes of one operator's workloads.</summary>
    public OutcomeStore Of(Tenant tenant) => new(database.Of(tenant), logger);

    /// <summary>Claims runs whose outcome is due; no other worker gets them until the lease ends.</summary>
    public async Task<IReadOnlyList<EndedRun>> ClaimAsync(TimeSpan lease, int atMost, CancellationToken cancellationToken) =>
        await database.QueryAsync<EndedRun>(logger, Claim, cancellationToken, lease, atMost);

    /// <summary>The ids of the signals of the half hours in which workloads ran, of each the latest.</summary>
    public async Task<ILookup<Guid, string>> ConsumedAsync(Guid[] workloads, int atMostOfEach, CancellationToken cancellationToken) =>
        (await database.ListAsync(Consumed, row => (Workload: row.GetGuid(0), Signal: row.GetString(1)), cancellationToken, workloads, atMostOfEach)).ToLookup(one => one.Workload, one => one.Signal);

    /// <summary>Stores the outcome and its rows in place of the former ones.</summary>
    public Task StoreAsync(EndedRun run, Outcome outcome, IReadOnlyList<Consumption> rows, DateTimeOffset? next, CancellationToken cancellationToken)
    {
        var baseline = outcome.Baseline;
        return database.ChangeAsync(
            Sql.Statement(
                Update,
                run.WorkloadId,
                Sql.Json(JsonFormatter.Default.Format(outcome)),
                outcome.StartedAt.ToDateTimeOffset(),
                outcome.EndedAt.ToDateTimeOffset(),
                outcome.EnergyKwh,
                outcome.HasCarbonGco2 ? outcome.CarbonGco2 : null,
                outcome.HasCostGbp ? outcome.CostGbp : null,
                baseline.HasRegionId ? (short)baseline.RegionId : null,
                baseline.HasCarbonGco2 ? baseline.CarbonGco2 : null,
                baseline.HasCostGbp ? baseline.CostGbp : null,
                outcome.HasSavedGco2 ? outcome.SavedGco2 : null,
                outcome.HasSavedGbp ? outcome.SavedGbp : null,
                outcome.Estimated.Count > 0),
            [
                Sql.Statement(Forget, run.WorkloadId),
                Sql.Statement(
                    Add,
                    run.WorkloadId,
                    rows.Select(r => r.Work.Phase).ToArray(),
                    rows.Select(r => r.Work.Start).ToArray(),
                    rows.Select(r => r.Work.End).ToArray(),
                    rows.Select(r => r.Work.Kwh).ToArray(),
                    rows.Select(r => r.CarbonGco2).ToArray(),
                    rows.Select(r => r.CostGbp).ToArray(),
                    rows.Select(r => r.CarbonId).ToArray(),
                    rows.Select(r => r.PriceId).ToArray(),
                    rows.Select(r => r.Estimated).ToArray()),
                Sql.Statement(Next, run.WorkloadId, run.OutcomeDueAt, next),
                Sql.Statement(Notify, run.WorkloadId),
            ],
            cancellationToken);
    }

    /// <summary>There is no outcome to compute, or it is given up.</summary>
    public Task DropAsync(EndedRun run, CancellationToken cancellationToken) =>
        database.ExecuteAsync(Next, cancellationToken, run.WorkloadId, run.OutcomeDueAt, null);
}
