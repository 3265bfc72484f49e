using Npgsql;
using Pylon.Common.V1;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Workloads;

/// <summary>
/// What another feature adds to the transaction in which a workload changes, so that either all are written or none is.
/// Register an implementation to hear of the changes; its statements are the last of the transaction.
/// </summary>
internal interface IWorkloadHandler
{
    /// <summary>The three options of the workload are offered.</summary>
    IEnumerable<StatementRow> Offered(WorkloadRecord workload, IReadOnlyList<Option> options) => [];

    /// <summary>The workload becomes scheduled, unless an order has changed meanwhile; then its status is choosing again.</summary>
    IEnumerable<NpgsqlBatchCommand> Scheduled(WorkloadRecord workload, Recommendation chosen) => [];

    /// <summary>The workload is given up.</summary>
    IEnumerable<NpgsqlBatchCommand> Failed(WorkloadRecord workload, string reason) => [];

    /// <summary>The user cancels the workload.</summary>
    IEnumerable<NpgsqlBatchCommand> Cancelling(Guid workloadId) => [];
}
