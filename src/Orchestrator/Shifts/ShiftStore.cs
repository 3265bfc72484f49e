using System.Globalization;
using Google.Protobuf;
using Npgsql;
using Pylon.Common.V1;
using Pylon.Events.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Shifts;

/// <summary>Writes a shift: the option, the choice of it, and the events, in one transaction.</summary>
internal sealed class ShiftStore(TenantDatabase database, WorkloadStore workloads)
{
    private const string NotBegun =
        """
        w.status IN ('pending_user_choice', 'scheduled') AND NOT EXISTS (
            SELECT FROM workload_runs r WHERE r.workload_id = w.id AND (r.state IN ('completed', 'failed')
                OR jsonb_path_exists(r.progress, '$.phases[*] ? (@.state == "PHASE_RUN_STATE_RUNNING" || @.state == "PHASE_RUN_STATE_COMPLETED" || @.state == "PHASE_RUN_STATE_FAILED")')))
        """;

    // Two statements in one, so that each has its index.
    private const string Shiftable =
        $"""
        WITH there AS (
            SELECT r.workload_id AS id, r.rank FROM workload_recommendations r WHERE r.region_id = ANY ($1) AND r.window_end > $3
            UNION
            SELECT h.id, coalesce(h.chosen_option, 1) FROM compute_workloads h WHERE h.host_dc_id = $2
        )
        SELECT {WorkloadRecord.Columns} FROM compute_workloads w
        WHERE (w.id, coalesce(w.chosen_option, 1)) IN (SELECT id, rank FROM there)
          AND EXISTS (
            SELECT FROM workload_recommendations o WHERE o.workload_id = w.id AND o.rank = coalesce(w.chosen_option, 1)
              AND o.window_end > $3 AND o.recommendation -> 'window' ->> 'startTime' < $4)
          AND {NotBegun} AND is_of(w.operator_id, $6)
        ORDER BY w.submitted_at, w.id
        LIMIT $5
        """;

    // From here the flow of a choice goes on: it cancels the bookings, and the workload is scheduled (ADR 0006).
    private const string Choose =
        $"""
        UPDATE compute_workloads w SET status = 'choosing', chosen_option = $2, failure_reason = NULL, attempts = 0, due_at = now()
        WHERE w.id = $1 AND w.updated_at = $3 AND is_of(w.operator_id, $4) AND {NotBegun}
        """;

    private const string Move =
        "UPDATE workload_recommendations SET recommendation = $3, offer = NULL, order_id = NULL WHERE workload_id = $1 AND rank = $2";

    /// <summary>The workloads of one operator.</summary>
    public ShiftStore Of(Tenant tenant) => new(database.Of(tenant), workloads.Of(tenant));

    /// <summary>Work that has not begun in these regions, or of this data centre, whose window ends after now and begins before the horizon.</summary>
    public Task<List<WorkloadRecord>> ShiftableAsync(
        short[] regions, Guid? hostDcId, DateTimeOffset now, DateTimeOffset horizon, int atMost, CancellationToken cancellationToken) =>
        workloads.QueryAsync(Shiftable, cancellationToken, regions, Sql.Uuid(hostDcId), Text(now), Text(horizon), atMost, database.Tenant.Parameter);

    /// <summary>False when the workload has changed since it was read, or its work has begun.</summary>
    public Task<bool> ShiftAsync(WorkloadRecord workload, Recommendation moved, Window? before, CancellationToken cancellationToken) => database.ChangeAsync(
        Sql.Statement(Choose, workload.Id, moved.Rank, workload.UpdatedAt, database.Tenant.Parameter),
        [
            Sql.Statement(Move, workload.Id, moved.Rank, Sql.Json(JsonFormatter.Default.Format(moved))),
            WorkloadEvents.Append(workload.Id, new WorkloadChoiceMade { WorkloadId = workload.Id.ToString(), Option = moved.Rank }),
            WorkloadEvents.Append(workload.Id, new WorkloadShifted
            {
                WorkloadId = workload.Id.ToString(),
                Option = moved.Rank,
                Window = moved.Window,
                WindowBefore = before,
            }),
        ],
        cancellationToken);

    // As proto3 JSON writes it, without fractions.
    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
