using System.Text.Json;

namespace Pylon.Ingestion.Sources;

/// <summary>A body that should be JSON; a failing source may send anything.</summary>
internal static class JsonBody
{
    /// <summary>Null and the problem when it is not JSON.</summary>
    public static JsonElement? Parse(string body, ParsedBody parsed)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            parsed.Problem = "the body is not JSON";
            return null;
        }
    }

    /// <summary>The elements of an array, an object by itself, nothing otherwise: the sources send an object for a list of one.</summary>
    public static IEnumerable<JsonElement> Each(this JsonElement parent, string name) => Get(parent, name) switch
    {
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
        { ValueKind: JsonValueKind.Object } one => [one],
        _ => [],
    };

    public static JsonElement Get(this JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : default;

    public static bool Has(this JsonElement parent, string name) => parent.Get(name).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
}
