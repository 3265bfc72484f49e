using Grpc.Core;
using Pylon.Conductor.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Runs;

/// <summary>Which pipelines the Conductor has, so that a wrong name is refused when it is given and not when it is due.</summary>
internal sealed class PipelineNames(PipelineService.PipelineServiceClient conductor, TimeProvider time)
{
    // A submission must not wait for a Conductor that is away.
    private static readonly TimeSpan CallBound = TimeSpan.FromSeconds(1);

    /// <summary>Refuses a name that the Conductor does not have; lets it pass while the Conductor cannot be asked.</summary>
    public async Task CheckAsync(string name, CancellationToken cancellationToken)
    {
        ListPipelinesResponse known;
        try
        {
            known = await conductor.ListPipelinesAsync(
                new ListPipelinesRequest(), deadline: (time.GetUtcNow() + CallBound).UtcDateTime, cancellationToken: cancellationToken);
        }
        catch (RpcException) when (!cancellationToken.IsCancellationRequested)
        {
            return;
        }

        if (known.Pipelines.All(p => p.Name != name))
            throw Refusal.InvalidArgument("pipeline", $"must be one of {string.Join(", ", known.Pipelines.Select(p => p.Name))}").AsException();
    }
}
