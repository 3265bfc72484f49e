using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pylon.Beckn;

/// <summary>Reads JSON of others without exceptions: what is missing or of another kind is undefined, empty or null.</summary>
public static partial class LenientJson
{
    /// <summary>Stands in a text for what no text holds: a NUL, half a surrogate pair, a byte that is not UTF-8.</summary>
    public const char Damaged = '\uFFFD';

    private const int MostDigits = 400;

    /// <summary>As deep as a body may be nested; one deep value does not make the rest unreadable.</summary>
    private const int MaxDepth = 512;

    /// <summary>
    /// Undefined when the text is not JSON. A value that PostgreSQL cannot store is changed, so that the rest can be
    /// read: <see cref="Damaged"/> replaces what is not text, and a number that is not finite becomes a string.
    /// </summary>
    public static JsonElement Parse(ReadOnlyMemory<byte> json) =>
        IsStorable(json.Span) ? Read(json)
        : Encoding.UTF8.GetBytes(Token().Replace(Encoding.UTF8.GetString(json.Span).TrimStart('\uFEFF'), t => Repaired(t.Value))) is var repaired && IsStorable(repaired) ? Read(repaired)
        : default;

    /// <summary>JSON that <see cref="Parse"/> has read before.</summary>
    public static JsonElement Stored(string json) => Read(Encoding.UTF8.GetBytes(json));

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

    /// <summary>How deep the value is nested; 1 for one that has no members.</summary>
    public static int Depth(this JsonElement element) => 1 + (element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().Select(Depth).DefaultIfEmpty().Max(),
        JsonValueKind.Object => element.EnumerateObject().Select(m => Depth(m.Value)).DefaultIfEmpty().Max(),
        _ => 0,
    });

    private static JsonElement Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
        return document.RootElement.Clone();
    }

    [GeneratedRegex("""
        "(?>(?:[^"\\]+|\\.)*)"|-?(?>[0-9][0-9.eE+-]*)|-?Infinity|NaN
        """, RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Token();

    [GeneratedRegex(@"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\u0000|\\.", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();

    private static string Repaired(string token) => token[0] == '"'
        ? Escape().Replace(token, e => e.Length == 6 ? "\\uFFFD" : e.Value)
        : IsStorableNumber(token) ? token : $"\"{token}\"";

    private static bool IsStorableNumber(ReadOnlySpan<char> number)
    {
        var exponent = 0;
        var e = number.IndexOfAny('e', 'E');
        return number.Length <= MostDigits
            && (e < 0 || (int.TryParse(number[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) && exponent is >= -MostDigits and <= MostDigits))
            && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value);
    }

    private static bool IsStorable(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.GetString()!.Contains('\0', StringComparison.Ordinal))
                    return false;
                if (reader.TokenType is JsonTokenType.Number && !IsStorableNumber(Encoding.ASCII.GetString(reader.ValueSpan)))
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
