using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Pylon.Gateway.Tests.OpenApi;

/// <summary>Requests that the document allows, made from its schemas alone.</summary>
internal sealed class AnyRequest(ApiSchema api, Random random)
{
    private const int Deepest = 5;

    public HttpRequestMessage Of(ApiOperation operation)
    {
        var path = operation.Path;
        var (query, inPath) = (new StringBuilder(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var parameter in operation.Json["parameters"]?.AsArray().Select(each => api.Resolve(each!)) ?? [])
        {
            var name = parameter["name"]!.GetValue<string>();
            var value = Value(parameter["schema"]!, 0);
            if (parameter["in"]!.GetValue<string>() == "path" && inPath.Add(name))
                path = path.Replace($"{{{name}}}", Uri.EscapeDataString(Text(value)), StringComparison.Ordinal);
            else if (parameter["in"]!.GetValue<string>() == "query" && random.Next(2) == 0)
                query.Append(value is JsonArray list ? string.Concat(list.Select(each => $"&{name}={Uri.EscapeDataString(Text(each))}")) : $"&{name}={Uri.EscapeDataString(Text(value))}");
        }

        var request = new HttpRequestMessage(HttpMethod.Parse(operation.Method), path + (query.Length > 0 ? "?" + query.ToString()[1..] : ""));
        // Another value of a field than in the path is refused.
        JsonNode Body(JsonNode schema)
        {
            var value = Value(schema, 0)!;
            foreach (var name in inPath)
                (value as JsonObject)?.Remove(name);
            return value;
        }

        foreach (var (type, media) in operation.Json["requestBody"]?["content"]?.AsObject() ?? [])
        {
            var text = Item(media!) is { } item
                ? string.Concat(Enumerable.Range(0, 3).Select(_ => Body(item).ToJsonString() + "\n"))
                : Body(media!["schema"]!).ToJsonString();
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
        }

        return request;
    }

    /// <summary>The schema of an item of a sequence; null when it is none.</summary>
    private static JsonNode? Item(JsonNode media) => media["x-oai-itemSchema"];

    private JsonNode? Value(JsonNode place, int depth)
    {
        var schema = api.Resolve(place);
        if (schema["enum"] is JsonArray words)
            return words[random.Next(words.Count)]!.DeepClone();
        return schema["type"]?.GetValue<string>() switch
        {
            "object" => Object(schema, depth),
            "array" => new JsonArray([.. Enumerable.Range(0, depth > Deepest ? 0 : random.Next(3)).Select(_ => Value(schema["items"]!, depth + 1))]),
            "string" => String(schema),
            "integer" => random.Next(100),
            "number" => random.NextDouble() * 100,
            "boolean" => random.Next(2) == 0,
            _ => "anything",
        };
    }

    private JsonObject Object(JsonObject schema, int depth)
    {
        var made = new JsonObject();
        var apart = (schema["not"] is { } not ? not["anyOf"]?.AsArray() ?? [not.DeepClone()] : []).Select(pair => pair!["required"]!.AsArray().Select(each => each!.GetValue<string>()).ToList()).ToList();
        foreach (var (name, field) in schema["properties"]?.AsObject() ?? [])
        {
            var isTaken = apart.Any(pair => pair.Contains(name) && pair.Any(made.ContainsKey));
            if (random.Next(2) == 0 && depth <= Deepest && !isTaken)
                made[name] = Value(field!, depth + 1);
        }

        if (schema["additionalProperties"] is JsonObject values)
            made["key"] = Value(values, depth + 1);
        return made;
    }

    private string String(JsonObject schema) => (schema["format"]?.GetValue<string>(), schema["examples"]?[0]?.GetValue<string>(), schema["pattern"]?.GetValue<string>()) switch
    {
        ("date-time", _, _) => "2026-11-26T10:00:00Z",
        ("byte", _, _) => "AQI=",
        (_, { } example, _) => example,
        (_, _, { } pattern) when pattern.Contains("[0-9]", StringComparison.Ordinal) => random.Next(100).ToString(CultureInfo.InvariantCulture),
        _ => "text 1",
    };

    private static string Text(JsonNode? value) => value is JsonValue ? value.ToString() : throw new InvalidOperationException($"{value?.ToJsonString()} is no text.");
}
