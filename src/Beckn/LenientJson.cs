using System.Globalization;
using System.Text.Json;

namespace Pylon.Beckn;

/// <summary>Reads JSON of others without exceptions: what is missing or of another kind is undefined, empty or null.</summary>
public static class LenientJson
{
    /// <summary>
    /// Undefined when the text is not JSON, or not JSON that PostgreSQL can store: a NUL or half a surrogate pair in a
    /// string, bytes that are not UTF-8, a number that is not finite.
    /// </summary>
    public static JsonElement Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Span.IndexOf("\\u0000"u8) >= 0 || !IsStorable(json.Span))
            return default;
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }

    public static JsonElement Get(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    /// <summary>The members of an array; a single value counts as an array of one.</summary>
    public static IEnumerable<JsonElement> Elements(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray(),
        JsonValueKind.Undefined or JsonValueKind.Null => [],
        _ => [element],
    };

    public static JsonElement First(this JsonElement element) => element.Elements().FirstOrDefault();

    public static string Text(this JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()!.Trim() : "";

    /// <summary>A finite number, also one written as a string.</summary>
    public static double? Number(this JsonElement element)
    {
        var text = element.ValueKind switch
        {
            JsonValueKind.Number => element.GetRawText(),
            JsonValueKind.String => element.GetString(),
            _ => null,
        };
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : null;
    }

    private static bool IsStorable(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                    reader.GetString();
                else if (reader.TokenType is JsonTokenType.Number && !(reader.TryGetDouble(out var number) && double.IsFinite(number)))
                    return false;
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
