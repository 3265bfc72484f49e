using System.Collections;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Pylon.Transcoding.Json;

/// <summary>Writes one field of the messages of a type.</summary>
internal sealed class FieldWriter
{
    private readonly JsonEncodedText _name;
    private readonly IFieldAccessor _accessor;
    private readonly ValueWriter _write;
    private readonly bool _hasPresence;

    public FieldWriter(FieldDescriptor field, JsonMessageWriter messages)
    {
        Field = field;
        _name = JsonEncodedText.Encode(field.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        _accessor = field.Accessor;
        _hasPresence = field.HasPresence;
        _write = field.IsMap ? OfMap(messages.Of(field.MessageType.FindFieldByNumber(2)))
            : field.IsRepeated ? OfList(messages.Of(field))
            : messages.Of(field);
    }

    public FieldDescriptor Field { get; }

    /// <summary>Writes its name and value; nothing when it has presence and is not set.</summary>
    public void Write(Utf8JsonWriter json, IMessage message)
    {
        if (_hasPresence && !_accessor.HasValue(message))
            return;
        json.WritePropertyName(_name);
        _write(json, _accessor.GetValue(message));
    }

    /// <summary>Writes its value; null for a message that is not set.</summary>
    public void WriteValue(Utf8JsonWriter json, IMessage message)
    {
        if (_accessor.GetValue(message) is { } value)
            _write(json, value);
        else
            json.WriteNullValue();
    }

    private static ValueWriter OfList(ValueWriter write) => (json, value) =>
    {
        json.WriteStartArray();
        foreach (var element in (IList)value)
            write(json, element!);
        json.WriteEndArray();
    };

    private static ValueWriter OfMap(ValueWriter write) => (json, value) =>
    {
        json.WriteStartObject();
        foreach (DictionaryEntry entry in (IDictionary)value)
        {
            json.WritePropertyName(entry.Key is bool key ? key ? "true" : "false" : Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!);
            write(json, entry.Value!);
        }

        json.WriteEndObject();
    };
}
