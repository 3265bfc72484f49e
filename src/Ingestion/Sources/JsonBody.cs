using System.Text;
using System.Text.Json;

namespace Pylon.Ingestion.Sources;

/// <summary>A body that should be JSON; a failing source may send anything. Nothing here throws, whatever a text holds.</summary>
internal static class JsonBody
{
    // A row that is nested deeper is rejected alone, as long as the parser gets to it.
    private const int DeepestRow = 32;
    private const int LongestNumber = 300;
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    /// <summary>Null and the problem when it is not JSON.</summary>
    public static JsonElement? Parse(string body, ParsedBody parsed)
    {
        try
        {
            // A bare NUL is no JSON; written as its escape it makes one text bad instead of the body.
            using var document = JsonDocument.Parse(body.TrimStart('\uFEFF').Replace("\0", "\\u0000"), Deep);
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            parsed.Problem = "the body is not JSON";
            return null;
        }
    }

    /// <summary>Why PostgreSQL cannot store the element as jsonb or its texts as text; null when it can.</summary>
    public static string? Unstorable(this JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Undefined)
            return null;
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(element.GetRawText()), new JsonReaderOptions { MaxDepth = DeepestRow });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.GetString()!.Contains('\0'))
                    return "a text has a NUL character";
                if (reader.TokenType is JsonTokenType.Number && !IsNumber(reader.ValueSpan))
                    return "a number is out of range";
            }

            return null;
        }
        catch (InvalidOperationException)
        {
            return "a text has half a surrogate pair";
        }
        catch (JsonException)
        {
            return $"nested more than {DeepestRow} levels deep";
        }
    }

    /// <summary>The elements of an array, an object by itself, nothing otherwise: the sources send an object for a list of one.</summary>
    public static IEnumerable<JsonElement> Each(this JsonElement parent, string name) => Get(parent, name) switch
    {
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
        { ValueKind: JsonValueKind.Object } one => [one],
        _ => [],
    };

    public static JsonElement Get(this JsonElement parent, string name)
    {
        if (parent.ValueKind != JsonValueKind.Object)
            return default;
        try
        {
            return parent.TryGetProperty(name, out var value) ? value : default;
        }
        catch (InvalidOperationException)
        {
            // The name of another property has half a surrogate pair.
            return parent.EnumerateObject().FirstOrDefault(p => NameOf(p) == name).Value;
        }
    }

    public static bool Has(this JsonElement parent, string name) => parent.Get(name).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>Null for a name with half a surrogate pair.</summary>
    public static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Null for what is no text, and for a text that has a NUL character or half a surrogate pair.</summary>
    public static string? StorableText(this JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String && element.GetString() is { } text && !text.Contains('\0') ? text : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    // Within a double, and without the many decimals of a very small one.
    private static bool IsNumber(ReadOnlySpan<byte> number)
    {
        var exponent = number.IndexOfAny((byte)'e', (byte)'E');
        return number.Length <= LongestNumber && (exponent < 0 || (int.TryParse(number[(exponent + 1)..], out var power) && power is >= -LongestNumber and <= LongestNumber));
    }
}
