using System.Text;
using System.Text.Json;

namespace Pylon.Insights.Engines;

/// <summary>Reads the JSON of an engine, of which nothing is trusted. Pure.</summary>
internal static class EngineJson
{
    /// <summary>The largest number that is taken, kg CO2e.</summary>
    public const double MostKg = 1e9;

    private const int MaxDepth = 16;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>The object in a body.</summary>
    public static EngineReply Read(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new EngineReply.Answer(document.RootElement.Clone())
                : Refused("not_an_object", "its answer is JSON, but no object");
        }
        catch (JsonException)
        {
            return HasNotANumber(body)
                ? Refused("not_finite", "its answer holds NaN or Infinity, which is no number")
                : Refused("not_json", $"its answer is no JSON object of at most {MaxDepth} levels with each name once");
        }
    }

    /// <summary>A finite number from least to most; the refusal names the field.</summary>
    public static decimal? Number(JsonElement value, string field, double least, double most, out EngineRefusal? refusal)
    {
        refusal = null;
        if (value.ValueKind == JsonValueKind.Undefined)
            refusal = new EngineRefusal("missing", $"its answer has no {field}");
        else if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number))
            refusal = new EngineRefusal("not_a_number", $"its {field} is not a number");
        else if (!double.IsFinite(number))
            refusal = new EngineRefusal("not_finite", $"its {field} is not finite");
        else if (number < least)
            refusal = new EngineRefusal("too_small", $"its {field} is {number:G6}, less than {least}");
        else if (number > most)
            refusal = new EngineRefusal("too_large", $"its {field} is {number:G6}, more than {most:0}");
        else
            return value.TryGetDecimal(out var exact) ? exact : (decimal)number;
        return null;
    }

    /// <summary>The property of an object; undefined when it is missing or null.</summary>
    public static JsonElement Get(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : default;

    /// <summary>The text of a string that is text; empty for anything else.</summary>
    public static string Text(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            return "";
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair.
            return "";
        }
    }

    // What Python's json module writes for a float that is not finite.
    private static bool HasNotANumber(byte[] body) =>
        Encoding.UTF8.GetString(body) is var text && (text.Contains("NaN", StringComparison.Ordinal) || text.Contains("Infinity", StringComparison.Ordinal));

    private static EngineReply.Unusable Refused(string word, string reason) => new(new EngineRefusal(word, reason));
}
