using System.Text.Json;
using Pylon.Conductor.Batches;

namespace Pylon.Conductor.Pipelines;

/// <summary>A request to resolve a pipeline for a batch, as it is kept when it fails.</summary>
internal sealed record ResolutionRequest(string BatchId, string Pipeline, string CorrelationId, long? TotalEntities)
{
    /// <summary>What workers may do for the batch. It is not kept with a failed resolution: its sender sends it again.</summary>
    public Order? Order { get; init; }

    /// <summary>The BCS topic of failed resolutions.</summary>
    public const string Topic = "huleedu.pipelines.resolution";

    /// <summary>The same for the same request.</summary>
    public Guid Id => PipelineDefinition.IdOf(BatchId, Pipeline, CorrelationId);

    /// <summary>The request as a HuleEdu event.</summary>
    public byte[] ToEnvelope(DateTimeOffset now) => HuleEduEnvelope.Write(Id, Topic, now, CorrelationId, data =>
    {
        data.WriteString("batch_id", BatchId);
        data.WriteString("requested_pipeline", Pipeline);
        data.WriteString("correlation_id", CorrelationId);
        if (TotalEntities is { } entities)
            data.WriteNumber("total_entities", entities);
    });

    public static ResolutionRequest Read(ReadOnlyMemory<byte> envelope)
    {
        using var json = JsonDocument.Parse(envelope);
        var data = json.RootElement.GetProperty("data");
        return new ResolutionRequest(
            data.GetProperty("batch_id").GetString()!,
            data.GetProperty("requested_pipeline").GetString()!,
            data.GetProperty("correlation_id").GetString()!,
            data.TryGetProperty("total_entities", out var entities) ? entities.GetInt64() : null);
    }
}
