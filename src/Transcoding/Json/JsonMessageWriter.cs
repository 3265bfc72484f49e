using System.Collections.Concurrent;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Pylon.Transcoding.Json;

/// <summary>
/// Writes messages as proto3 JSON by their descriptors, straight as UTF-8. The formatter of Google.Protobuf does the same as
/// a text, which takes several times as long for a large answer; it still writes what is rare.
/// </summary>
internal sealed class JsonMessageWriter(JsonFormatter foreignFormatter)
{
    private readonly ConcurrentDictionary<MessageDescriptor, FieldWriter[]> _fields = new();

    /// <summary>Writes a whole message.</summary>
    public void Write(Utf8JsonWriter json, IMessage message) => OfMessage(message.Descriptor)(json, message);

    /// <summary>Writes the value of one field of a message; null when it is absent.</summary>
    public void WriteValue(Utf8JsonWriter json, IMessage message, FieldDescriptor field) =>
        FieldsOf(field.ContainingType).First(writer => writer.Field == field).WriteValue(json, message);

    /// <summary>What writes values of a field; each element of a list.</summary>
    public ValueWriter Of(FieldDescriptor field) =>
        field.FieldType is FieldType.Message or FieldType.Group ? OfMessage(field.MessageType) : ScalarWriter.Of(field);

    private ValueWriter OfMessage(MessageDescriptor type) =>
        type == Timestamp.Descriptor ? WriteTime
        : type.File.Package == "google.protobuf" ? WriteForeign
        : WriteMessage;

    private void WriteMessage(Utf8JsonWriter json, object value)
    {
        var message = (IMessage)value;
        json.WriteStartObject();
        foreach (var field in FieldsOf(message.Descriptor))
            field.Write(json, message);
        json.WriteEndObject();
    }

    private FieldWriter[] FieldsOf(MessageDescriptor type) =>
        _fields.GetOrAdd(type, static (type, writer) => [.. type.Fields.InFieldNumberOrder().Select(field => new FieldWriter(field, writer))], this);

    private void WriteTime(Utf8JsonWriter json, object value)
    {
        Span<byte> text = stackalloc byte[TimeText.Longest];
        if (TimeText.TryFormat((Timestamp)value, text, out var length))
            json.WriteStringValue(text[..length]);
        else
            WriteForeign(json, value);
    }

    // The messages of google.protobuf have forms of their own.
    private void WriteForeign(Utf8JsonWriter json, object value)
    {
        using var text = new StringWriter();
        foreignFormatter.WriteValue(text, value);
        json.WriteRawValue(text.ToString(), skipInputValidation: true);
    }
}
