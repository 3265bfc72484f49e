using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Pylon.Conductor.Batches;

namespace Pylon.Conductor.DeadLetters;

/// <summary>
/// A dead letter in the form of the BCS topics <c>*.DLQ</c>: <c>{schema_version, failed_event_envelope, dlq_reason,
/// timestamp, service, metadata}</c>. An original that is not JSON is in the metadata, in base 64.
/// </summary>
internal static class DeadLetterEnvelope
{
    private const int SchemaVersion = 1;

    public static byte[] Of(DeadLetterRecord letter)
    {
        var isJson = IsJson(letter.Original);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("schema_version", SchemaVersion);
            json.WritePropertyName("failed_event_envelope");
            json.WriteRawValue(isJson ? letter.Original : "null"u8);
            json.WriteString("dlq_reason", letter.Reason);
            json.WriteString("timestamp", letter.LastFailedAt);
            json.WriteString("service", BatchEvents.Source);
            json.WriteStartObject("metadata");
            json.WriteString("id", letter.Id);
            json.WriteString("topic", letter.Topic);
            json.WriteString("position", letter.Position);
            json.WriteString("event_id", letter.EventId);
            json.WriteString("batch_id", letter.BatchId);
            json.WriteNumber("attempts", letter.Attempts);
            json.WriteString("first_failed_at", letter.FirstFailedAt);
            if (!isJson)
                json.WriteBase64String("original_base64", letter.Original);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static bool IsJson(ReadOnlySpan<byte> bytes)
    {
        try
        {
            // The envelope is one level deeper, and readers of JSON take 64 unless they are asked for more.
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 63 });
            return Utf8.IsValid(bytes) && JsonDocument.TryParseValue(ref reader, out var parsed) && Disposed(parsed) && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool Disposed(JsonDocument document)
    {
        document.Dispose();
        return true;
    }
}
