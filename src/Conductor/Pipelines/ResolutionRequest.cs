using System.Text.Json;
using Pylon.Conductor.Batches;

namespace Pylon.Conductor.Pipelines;

/// <summary>The question what a batch still has to go through, as it is kept when it cannot be answered.</summary>
internal sealed record ResolutionRequest(string BatchId, string Pipeline, string CorrelationId, long? TotalEntities)
{
    /// <summary>The topic whose dead letters these are.</summary>
    public const string Topic = "huleedu.pipelines.resolution";

    /// <summary>The same for the same question.</summary>
    public Guid Id => PipelineDefinition.IdOf(BatchId, Pipeline, CorrelationId);

    /// <summary>In the envelope that the topics of that system have.</summary>
    public byte[] ToEnvelope(DateTimeOffset now) => SeedEnvelope.Write(Id, Topic, now, CorrelationId, data =>
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
