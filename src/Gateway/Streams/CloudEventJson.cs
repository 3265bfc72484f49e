using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Pylon.Events.V1;
using Pylon.Gateway.Contracts;

namespace Pylon.Gateway.Streams;

/// <summary>Events in the JSON format of CloudEvents 1.0, <c>data</c> in the names of the contract.</summary>
internal static class CloudEventJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Frame(BroadcastFrame frame)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        var type = frame.Streamed?.Event.Type ?? "gap";
        Encoding.UTF8.GetBytes($"id: {frame.Position}\nevent: {OneLine(type)}\ndata: ", buffer);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            if (frame.Streamed is { } streamed)
                Write(json, streamed.Event);
            else
                WriteGap(json, frame.Position);
        }

        buffer.Write("\n\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, Event e)
    {
        json.WriteStartObject();
        json.WriteString("specversion"u8, "1.0"u8);
        json.WriteString("id"u8, e.Id);
        json.WriteString("source"u8, e.Source);
        json.WriteString("type"u8, e.Type);
        if (e.Subject.Length > 0)
            json.WriteString("subject"u8, e.Subject);
        if (e.Time is not null)
            json.WriteString("time"u8, e.Time.ToDateTime());
        if (e.Traceparent.Length > 0)
            json.WriteString("traceparent"u8, e.Traceparent);
        if (Data(e) is { } data)
        {
            json.WriteString("datacontenttype"u8, "application/json"u8);
            json.WritePropertyName("data"u8);
            json.WriteRawValue(Contract.Json.ToUtf8(data), skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    private static void WriteGap(Utf8JsonWriter json, Position position)
    {
        json.WriteStartObject();
        json.WriteBoolean("gap"u8, true);
        json.WriteString("position"u8, position.ToString());
        json.WriteEndObject();
    }

    private static IMessage? Data(Event e)
    {
        var oneof = Event.Descriptor.Oneofs[0];
        return oneof.Accessor.GetCaseFieldDescriptor(e)?.Accessor.GetValue(e) as IMessage;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
