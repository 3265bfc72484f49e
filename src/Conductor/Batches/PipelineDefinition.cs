using Pylon.Conductor.Catalogues;
using Pylon.Conductor.Shared;

namespace Pylon.Conductor.Batches;

/// <summary>The phases that a batch still has to run, as they were resolved for a DefinePipeline call.</summary>
/// <param name="Id">The same for the same batch, pipeline and correlation id.</param>
/// <param name="TotalEntities">How many entities the batch has, when the caller knows.</param>
/// <param name="Traceparent">W3C trace context of the call, when that was traced; the events of the batch carry it.</param>
internal sealed record PipelineDefinition(
    Guid Id, string BatchId, Resolution Resolution, string CorrelationId, long? TotalEntities, DateTimeOffset DefinedAt, string? Traceparent = null)
{
    /// <summary>What workers may do for the batch; null when nothing is handed out.</summary>
    public Order? Order { get; init; }

    public static Guid IdOf(string batchId, string pipeline, string correlationId) => StableId.Of("definition", batchId, pipeline, correlationId);
}
