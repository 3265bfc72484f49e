namespace Pylon.Orchestrator.Queue;

/// <summary>
/// The right to work on a workload until another instance may claim it. A write under a lease names its owner in the
/// WHERE; when that finds no row, the lease is lost and nothing is written.
/// </summary>
/// <param name="WorkloadId">The workload.</param>
/// <param name="Owner">New for each claim, so that a worker also notices when its own process claims the workload again.</param>
/// <param name="Until">The end by the clock of this process; it is reckoned before the database is asked, so never too late.</param>
internal sealed record Lease(Guid WorkloadId, Guid Owner, DateTimeOffset Until);
