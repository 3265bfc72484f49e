using System.Buffers;
using System.Text.Json;

namespace Pylon.Conductor.Batches;

/// <summary>
/// Writes the envelope of the system whose topics we keep,
/// <c>{event_id, event_type, event_timestamp, source_service, correlation_id, data}</c>.
/// </summary>
internal static class SeedEnvelope
{
    /// <summary>The topic of the copies for its readers: a phase was left out because it was completed before.</summary>
    public const string SkippedTopic = "batch.phase.skipped";

    /// <summary>The thin PhaseSkippedV1 of one of our events; it has the same id.</summary>
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
            // A UUID there; what is none here is in the data as it is.
            json.WriteString("correlation_id", Guid.TryParse(correlationId, out var uuid) ? uuid : StableId.Of("correlation", correlationId));
            json.WriteStartObject("data");
            writeData(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
