using System.Buffers;
using System.Text.Json;
using Pylon.Conductor.Shared;

namespace Pylon.Conductor.Batches;

/// <summary>
/// Writes the envelope of HuleEdu events, which BCS publishes and consumes,
/// <c>{event_id, event_type, event_timestamp, source_service, correlation_id, data}</c>.
/// </summary>
internal static class HuleEduEnvelope
{
    /// <summary>The BCS topic of phases that are skipped because they are completed.</summary>
    public const string SkippedTopic = "batch.phase.skipped";

    /// <summary>The PhaseSkippedV1 of an event of ours; it has the same id.</summary>
    public static byte[] Skipped(Events.V1.Event skipped)
    {
        var (phase, time) = (skipped.BatchPhaseSkipped, skipped.Time.ToDateTimeOffset());
        return Write(Guid.Parse(skipped.Id), SkippedTopic, time, phase.CorrelationId, data =>
        {
            data.WriteString("event", SkippedTopic);
            data.WriteString("batch_id", phase.BatchId);
            data.WriteString("phase_name", phase.PhaseName);
            data.WriteString("skip_reason", phase.SkipReason);
            data.WriteString("correlation_id", phase.CorrelationId);
            data.WriteString("timestamp", time);
        });
    }

    public static byte[] Write(Guid id, string type, DateTimeOffset time, string correlationId, Action<Utf8JsonWriter> writeData)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("event_id", id);
            json.WriteString("event_type", type);
            json.WriteString("event_timestamp", time);
            json.WriteString("source_service", BatchEvents.Source);
            // HuleEdu requires a UUID; the data have the correlation id unchanged.
            json.WriteString("correlation_id", Guid.TryParse(correlationId, out var uuid) ? uuid : StableId.Of("correlation", correlationId));
            json.WriteStartObject("data");
            writeData(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
