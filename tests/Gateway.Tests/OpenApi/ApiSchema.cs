using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace Pylon.Gateway.Tests.OpenApi;

/// <summary>The served document: its operations, and whether an answer is what the document says.</summary>
internal sealed class ApiSchema
{
    private static readonly BuildOptions Dialect = new() { Dialect = Json.Schema.Dialect.Draft202012 };
    private static readonly EvaluationOptions Options = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };

    private readonly Uri _id = new($"https://pylon.test/{Guid.NewGuid():N}");

    private ApiSchema(JsonNode document)
    {
        Document = document;
        var closed = document.DeepClone();
        Close(closed);
        SchemaRegistry.Global.Register(new JsonElementBaseDocument(JsonSerializer.SerializeToElement(closed), _id));
    }

    public JsonNode Document { get; }

    public IEnumerable<ApiOperation> Operations =>
        from path in Document["paths"]!.AsObject()
        from method in path.Value!.AsObject()
        select new ApiOperation(method.Key.ToUpperInvariant(), path.Key, method.Value!.AsObject());

    public static async Task<ApiSchema> ReadAsync(HttpClient http) => new(JsonNode.Parse(await http.GetStringAsync("/openapi.json"))!);

    /// <summary>What a reference leads to, or the node itself.</summary>
    public JsonObject Resolve(JsonNode node) => node["$ref"]?.GetValue<string>() is { } reference
        ? Resolve(reference[2..].Split('/').Aggregate(Document, (at, part) => at[part]!))
        : node.AsObject();

    /// <summary>Nothing when the value fits the schema at this place of the document.</summary>
    public IEnumerable<string> Faults(string value, JsonNode schema)
    {
        var found = JsonSchema.FromText($$"""{"$ref":"{{_id}}#{{Pointer(schema)}}"}""", Dialect).Evaluate(JsonDocument.Parse(value).RootElement, Options);
        return found.IsValid ? [] : (found.Details ?? []).SelectMany(detail => detail.Errors?.Select(error => $"{detail.InstanceLocation} {detail.EvaluationPath}: {error.Value}") ?? []).Take(10);
    }

    private static string Pointer(JsonNode node) =>
        node.Parent is null ? "" : $"{Pointer(node.Parent)}/{Uri.EscapeDataString(Part(node).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal))}";

    private static string Part(JsonNode node) => node.Parent is JsonArray ? $"{node.GetElementIndex()}" : node.GetPropertyName();

    // An answer has no field that the document does not list.
    private static void Close(JsonNode? node)
    {
        if (node is JsonArray list)
        {
            foreach (var each in list)
                Close(each);
        }
        else if (node is JsonObject some)
        {
            foreach (var each in some)
                Close(each.Value);
            if (some["properties"] is JsonObject && some["type"] is JsonValue && !some.ContainsKey("additionalProperties"))
                some["additionalProperties"] = false;
        }
    }
}

/// <summary>An operation of the document.</summary>
internal sealed record ApiOperation(string Method, string Path, JsonObject Json)
{
    public string Id => Json["operationId"]!.GetValue<string>();

    /// <summary>The schema of a media type of a response; null when the document does not have it.</summary>
    public JsonNode? Answer(ApiSchema api, int status, string mediaType, string keyword = "schema")
    {
        var responses = Json["responses"]!;
        return (responses[$"{status}"] ?? responses["default"]) is { } response && api.Resolve(response)["content"]?[mediaType] is { } content ? content[keyword] : null;
    }

    public override string ToString() => $"{Method} {Path}";
}
