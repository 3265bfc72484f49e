using Google.Protobuf;
using Npgsql;
using Pylon.Common.V1;
using Pylon.Events.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Shifts;

/// <summary>Writes a shift: the option, the choice of it, and the events, in one transaction.</summary>
internal sealed class ShiftStore(NpgsqlDataSource database)
{
    // From here the flow of a choice goes on: it cancels the bookings, and the workload is scheduled (ADR 0006).
    private const string Choose =
        """
        UPDATE compute_workloads w SET status = 'choosing', chosen_option = $2, failure_reason = NULL, attempts = 0, due_at = now()
        WHERE w.id = $1 AND w.updated_at = $3 AND w.status IN ('pending_user_choice', 'scheduled') AND NOT EXISTS (
            SELECT FROM workload_runs r WHERE r.workload_id = w.id AND (r.state IN ('completed', 'failed')
                OR jsonb_path_exists(r.progress, '$.phases[*] ? (@.state == "PHASE_RUN_STATE_RUNNING" || @.state == "PHASE_RUN_STATE_COMPLETED" || @.state == "PHASE_RUN_STATE_FAILED")')))
        """;

    private const string Move =
        "UPDATE workload_recommendations SET recommendation = $3, offer = NULL, order_id = NULL WHERE workload_id = $1 AND rank = $2";

    /// <summary>False when the workload has changed since it was read, or its work has begun.</summary>
    public Task<bool> ShiftAsync(WorkloadRecord workload, Recommendation moved, Window? before, CancellationToken cancellationToken) => database.ChangeAsync(
        Sql.Statement(Choose, workload.Id, moved.Rank, workload.UpdatedAt),
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
}
