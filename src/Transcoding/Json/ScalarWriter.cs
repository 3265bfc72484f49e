using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Pylon.Transcoding.Json;

/// <summary>The forms of values that are not messages: 64-bit integers are strings, and so are numbers that JSON does not have.</summary>
internal static class ScalarWriter
{
    public static ValueWriter Of(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String => (json, value) => json.WriteStringValue((string)value),
        FieldType.Bytes => (json, value) => json.WriteBase64StringValue(((ByteString)value).Span),
        FieldType.Bool => (json, value) => json.WriteBooleanValue((bool)value),
        FieldType.Enum => OfEnum(field.EnumType),
        FieldType.Double => (json, value) => WriteReal(json, (double)value),
        FieldType.Float => (json, value) => WriteReal(json, (float)value),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => (json, value) => json.WriteNumberValue((int)value),
        FieldType.UInt32 or FieldType.Fixed32 => (json, value) => json.WriteNumberValue((uint)value),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => (json, value) => json.WriteStringValue(((long)value).ToString(CultureInfo.InvariantCulture)),
        FieldType.UInt64 or FieldType.Fixed64 => (json, value) => json.WriteStringValue(((ulong)value).ToString(CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException($"{field.FullName} is a message", nameof(field)),
    };

    private static ValueWriter OfEnum(EnumDescriptor type)
    {
        if (type.FullName == "google.protobuf.NullValue")
            return (json, _) => json.WriteNullValue();
        // The first of several names of a number.
        var names = type.Values.DistinctBy(value => value.Number)
            .ToDictionary(value => value.Number, value => JsonEncodedText.Encode(value.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping));
        return (json, value) =>
        {
            if (names.TryGetValue((int)value, out var name))
                json.WriteStringValue(name);
            else
                json.WriteNumberValue((int)value);
        };
    }

    private static void WriteReal(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }

    private static void WriteReal(Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }
}
