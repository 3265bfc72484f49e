using Pylon.Orchestrator.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Planning;

/// <summary>Jobs that share the steps of one place, planned together when the last one is known.</summary>
internal sealed class CapacityBatch(Places places, PlanningOptions options, int capacity) : IBatchPlanner
{
    public IEnumerable<PlanBatchResult> Add(IReadOnlyList<PlanJob> jobs, int firstIndex) =>
        throw Refusal.InvalidArgument("capacity", $"must be absent {places.Count} {options.MaxBatchJobs} {capacity}").AsException();

    public IEnumerable<PlanBatchResult> Finish() => [];

    public PlanBatchTotals Complete(BatchTotals totals) => totals.Sum();
}
