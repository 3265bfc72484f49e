using Grpc.Core;
using Pylon.Conductor.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Runs;

/// <summary>Checks the name of a pipeline at the Conductor, so that a wrong one is refused on submission.</summary>
internal sealed class PipelineNames(PipelineService.PipelineServiceClient conductor, TimeProvider time, ILogger<PipelineNames> logger)
{
    // A submission must not wait for an unreachable Conductor.
    private static readonly TimeSpan CallBound = TimeSpan.FromSeconds(1);

    /// <summary>Refuses a name that the Conductor does not know; accepts any while the Conductor is unreachable.</summary>
    public async Task CheckAsync(string name, CancellationToken cancellationToken)
    {
        ListPipelinesResponse known;
        try
        {
            known = await conductor.ListPipelinesAsync(
                new ListPipelinesRequest(), deadline: (time.GetUtcNow() + CallBound).UtcDateTime, cancellationToken: cancellationToken);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.PipelineNotChecked(e, name);
            return;
        }

        if (known.Pipelines.All(p => p.Name != name))
            throw Refusal.InvalidArgument("pipeline", $"must be one of {string.Join(", ", known.Pipelines.Select(p => p.Name))}").AsException();
    }
}
