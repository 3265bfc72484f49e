using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Planning;

/// <summary>Plans the jobs of a batch, in their order.</summary>
internal interface IBatchPlanner
{
    /// <summary>Takes more jobs; the results that can be told already.</summary>
    /// <param name="jobs">In the order of the caller.</param>
    /// <param name="firstIndex">The place of the first one in the batch.</param>
    IEnumerable<PlanBatchResult> Add(IReadOnlyList<PlanJob> jobs, int firstIndex);

    /// <summary>The results that waited for the last job.</summary>
    IEnumerable<PlanBatchResult> Finish();

    PlanBatchTotals Complete(BatchTotals totals);
}
