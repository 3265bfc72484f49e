using Npgsql;

namespace Pylon.Orchestrator.Workloads;

/// <summary>
/// What another feature adds to the transaction in which a workload changes, so that either both are written or neither
/// is. Register an implementation to hear of the changes.
/// </summary>
internal interface IWorkloadHandler
{
    /// <summary>The workload becomes scheduled.</summary>
    NpgsqlBatchCommand Scheduled(WorkloadRecord workload);

    /// <summary>The user cancels the workload.</summary>
    NpgsqlBatchCommand Cancelling(Guid workloadId);
}
