namespace Pylon.Orchestrator.Queue;

/// <summary>Another instance has taken the workload over, or the user changed it; what this one still wanted to write is not written.</summary>
internal sealed class LeaseLostException(Guid workloadId) : Exception($"the lease of workload {workloadId} is lost");
