using Microsoft.Extensions.Options;
using Pylon.Orchestrator.Contexts;
using Pylon.Orchestrator.Llm;
using Pylon.Orchestrator.Stress;

namespace Pylon.Orchestrator.Decisions;

/// <summary>Makes the context and the output of a workload; the language model is heard when there is a key.</summary>
internal sealed class DecisionMaker(
    Gemini gemini, IOptions<GeminiOptions> model, GridStress stress, TimeProvider time, ILogger<DecisionMaker> logger)
{
    private const int MaxTokens = 8192;

    public async Task<Proposal> MakeAsync(
        ClaimedTask task, GridReading grid, IReadOnlyList<DataCentre> dataCentres, int leftOut, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(grid.KnownAt);
        var context = ContextBuilder.Build(id, task.NextVersion, task, grid, dataCentres, leftOut, stress);
        var output = OutputBuilder.Build(context, time.GetUtcNow().UtcDateTime);
        return new Proposal(context, await HearModelAsync(context, output, cancellationToken));
    }

    private async Task<LlmOutput> HearModelAsync(ContextDocument context, LlmOutput output, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(model.Value.ApiKey) || output.DataCentreOptions.Count == 0)
            return output;
        try
        {
            var answer = await gemini.GenerateAsync(ModelReview.Prompt(context, output), MaxTokens, cancellationToken);
            return ModelReview.Apply(output, answer, model.Value.Model);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Whatever the error is: the scores stand without the model.
            logger.ModelNotHeard(context.Task.WorkloadId, OutputBuilder.Engine, e.Message);
            return output with { Metadata = output.Metadata with { LlmError = Workloads.StorableText.Printable(e.Message, 1000) } };
        }
    }
}
