using System.Diagnostics;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Catalogues;

namespace Pylon.Conductor.Pipelines;

/// <summary>Resolves which phases a batch still has to run, and keeps the definition.</summary>
internal sealed class PipelineDefiner(Catalogue catalogue, IBatches batches, TimeProvider time)
{
    public async Task<PipelineDefinition> DefineAsync(ResolutionRequest request, PipelineRule pipeline, CancellationToken cancellationToken)
    {
        var known = await batches.FindAsync(request.BatchId, cancellationToken);
        var resolution = Resolver.Resolve(catalogue, pipeline, known?.Complete ?? new HashSet<string>());
        var traceparent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null;
        return await batches.DefineAsync(
            new PipelineDefinition(request.Id, request.BatchId, resolution, request.CorrelationId, request.TotalEntities, time.GetUtcNow(), traceparent) { Order = request.Order }, cancellationToken);
    }

    /// <summary>The pipeline of a name, or the rule that the name breaks.</summary>
    public (PipelineRule? Pipeline, string? Fault) Find(string name)
    {
        if (catalogue.Pipeline(name) is { } pipeline)
            return (pipeline, null);
        var allowed = $"must be one of {string.Join(", ", catalogue.Pipelines.Select(p => p.Name))}";
        return (null, catalogue.Phase(name) is null ? allowed : $"is a phase without a pipeline; it {allowed}");
    }
}
