using Pylon.Orchestrator.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Planning;

/// <summary>Jobs that do not stand in the way of one another, each planned when it comes.</summary>
internal sealed class StreamedBatch(Places places, PlanningOptions options, CancellationToken cancellationToken) : IBatchPlanner
{
    private readonly JobReader _jobs = new(places, options);
    private readonly PlanAnswers _answers = new(places, options);

    public IEnumerable<PlanBatchResult> Add(IReadOnlyList<PlanJob> jobs, int firstIndex) => jobs.Select((job, n) => Plan(job, firstIndex + n));

    public IEnumerable<PlanBatchResult> Finish() => [];

    public PlanBatchTotals Complete(BatchTotals totals) => totals.Sum();

    private PlanBatchResult Plan(PlanJob given, int index)
    {
        var result = new PlanBatchResult { Index = index, JobId = given.JobId };
        try
        {
            var job = _jobs.Read(given, $"jobs[{index}]", 0);
            result.Plan = _answers.Of(JobPlanner.Plan(job, places, $"jobs[{index}]", cancellationToken).Best, job);
        }
        catch (RefusalException e)
        {
            result.Error = PlanAnswers.Error(e.Refusal);
        }

        return result;
    }
}
