namespace Pylon.Orchestrator.Queue;

/// <summary>Another instance has claimed the workload, or the user has changed it; the write is not made.</summary>
internal sealed class LeaseLostException(Lease lease) : Exception($"the lease of workload {lease.WorkloadId} is lost");
