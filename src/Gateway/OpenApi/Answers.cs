using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Pylon.Transcoding.Calls;
using Pylon.Transcoding.Problems;
using Pylon.Transcoding.Routing;

namespace Pylon.Gateway.OpenApi;

/// <summary>The responses of an operation: what it answers, and its problems with the closed list of their reasons.</summary>
internal sealed class Answers(OpenApiDocument document, Schemas schemas, ProtoComments comments)
{
    private const string Json = "application/json";
    private const string ProblemJson = "application/problem+json";

    // What any call may be answered with, besides the reasons of its own.
    private static readonly (int Status, string[] Reasons)[] OfEvery =
    [
        (StatusCodes.Status400BadRequest, ["FIELD_INVALID", "MALFORMED_REQUEST"]),
        (StatusCodes.Status401Unauthorized, ["CREDENTIALS_INVALID", "CREDENTIALS_MISSING"]),
        (StatusCodes.Status403Forbidden, ["OTHER_SITE", "SCOPE_MISSING"]),
        (StatusCodes.Status429TooManyRequests, ["RATE_LIMITED", "RESOURCE_EXHAUSTED"]),
        (StatusCodes.Status500InternalServerError, ["INTERNAL", "UNKNOWN"]),
        (StatusCodes.Status503ServiceUnavailable, ["DATABASE_UNAVAILABLE", "KEYS_UNAVAILABLE", "SHUTTING_DOWN", "UNAVAILABLE", "UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE"]),
        (StatusCodes.Status504GatewayTimeout, ["DEADLINE_EXCEEDED"]),
    ];

    private static readonly (int Status, string[] Reasons)[] OfBody =
    [
        (StatusCodes.Status413PayloadTooLarge, ["BODY_TOO_LARGE"]),
        (StatusCodes.Status415UnsupportedMediaType, ["UNSUPPORTED_MEDIA_TYPE"]),
    ];

    public OpenApiResponses Of(Binding binding)
    {
        var responses = new OpenApiResponses { ["200"] = Success(binding) };
        var own = Reasons.Of(binding.Rpc, comments);
        var usual = binding.TakesBody || binding.Rpc.IsClientStreaming ? OfEvery.Concat(OfBody) : OfEvery;
        var statuses = usual.ToDictionary(each => each.Status, each => each.Reasons);
        foreach (var status in statuses.Keys.Union(own.Select(each => each.Key)).Order())
            responses[$"{status}"] = own.Contains(status) ? Refusal(status, [.. own[status], .. statuses.GetValueOrDefault(status, [])]) : Usual(status, statuses[status]);
        responses["default"] = Shared("Problem", () => new OpenApiResponse { Description = "Any other problem: of a request over the limits, or while versions differ.", Content = Content(ProblemJson, Problem()) });
        return responses;
    }

    /// <summary>One JSON value.</summary>
    public static OpenApiResponse Of(string description, IOpenApiSchema schema) => new() { Description = description, Content = Content(Json, schema) };

    /// <summary>A stream whose items have these schemas: one line of NDJSON, and the data of a server-sent event.</summary>
    public OpenApiResponse Stream(IOpenApiSchema line, IOpenApiSchema data) => new()
    {
        Description = "A stream, in the form that `Accept` names: one JSON object a line, or server-sent events. A call that fails after its stream began ends it with a line `{\"error\": …}`, or with an event `error`; its data is the problem.",
        Content = new Dictionary<string, IOpenApiMediaType>(StringComparer.Ordinal)
        {
            [StreamFormat.NdjsonType] = Items(new OpenApiSchema { AnyOf = [line, schemas.Reference("StreamError", StreamError)] }),
            [StreamFormat.SseType] = Items(ServerSentEvent(data)),
        },
    };

    /// <summary>A sequence of items: what OpenAPI 3.2 calls itemSchema; a reader of 3.1 sees a text.</summary>
    public static OpenApiMediaType Items(IOpenApiSchema item) => new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String }, ItemSchema = item };

    private OpenApiResponse Success(Binding binding)
    {
        var schema = binding.ResponseField is { } field ? schemas.Of(field) : schemas.Of(binding.Rpc.OutputType);
        return binding.Rpc.IsServerStreaming ? Stream(schema, schema) : Of("The answer.", schema);
    }

    private static Dictionary<string, IOpenApiMediaType> Content(string type, IOpenApiSchema schema) =>
        new(StringComparer.Ordinal) { [type] = new OpenApiMediaType { Schema = schema } };

    private IOpenApiResponse Usual(int status, string[] reasons) =>
        Shared(StatusMap.Title(status).Replace(" ", "", StringComparison.Ordinal), () => Refusal(status, reasons));

    private IOpenApiResponse Shared(string name, Func<OpenApiResponse> make)
    {
        if (document.Components?.Responses?.ContainsKey(name) != true)
            document.AddComponent<IOpenApiResponse>(name, make());
        return new OpenApiResponseReference(name, document);
    }

    private OpenApiResponse Refusal(int status, IEnumerable<string> reasons)
    {
        var all = reasons.Order(StringComparer.Ordinal).ToList();
        var problem = Problem();
        problem.Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["reason"] = new OpenApiSchema { Enum = [.. all.Select(reason => JsonValue.Create(reason))] },
        };
        var response = new OpenApiResponse
        {
            Description = $"{StatusMap.Title(status)}: {string.Join(", ", all.Select(reason => $"`{reason}`"))}.",
            Content = Content(ProblemJson, problem),
        };
        if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal)
            {
                ["Retry-After"] = new OpenApiHeader { Description = "Seconds after which the same request may succeed.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } },
            };
        }

        return response;
    }

    private OpenApiSchemaReference Problem() => (OpenApiSchemaReference)schemas.Reference("Problem", () => new OpenApiSchema
    {
        Type = JsonSchemaType.Object,
        Description = "An error (RFC 9457). Programs branch on `reason`.",
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["type"] = Text("Always `about:blank`: `reason` identifies the problem."),
            ["title"] = Text("The short phrase of the status."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Description = "The HTTP status." },
            ["error"] = Text("The title again."),
            ["detail"] = Text("One sentence for a person; names the wrong field."),
            ["reason"] = Text("Stable, UPPER_SNAKE."),
            ["domain"] = Text("`pylon`, or the domain of the service that refused."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Description = "The wrong fields.",
                Items = schemas.Reference("FieldProblem", () => new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                    {
                        ["field"] = Text("Its path, spelled as in the request."),
                        ["description"] = Text("The rule that it breaks."),
                    },
                    Required = new HashSet<string>(StringComparer.Ordinal) { "field", "description" },
                }),
            },
            ["trace_id"] = Text("W3C trace id, to find the request in logs and traces."),
        },
        Required = new HashSet<string>(StringComparer.Ordinal) { "type", "title", "status", "error", "detail", "reason", "domain", "errors" },
    });

    private OpenApiSchema StreamError() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "The last line of a stream that fails after it began.",
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal) { ["error"] = Problem() },
        Required = new HashSet<string>(StringComparer.Ordinal) { "error" },
    };

    private static OpenApiSchema ServerSentEvent(IOpenApiSchema data) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["id"] = Text(null),
            ["event"] = Text(null),
            ["data"] = new OpenApiSchema { Type = JsonSchemaType.String, ContentMediaType = Json, ContentSchema = data },
        },
        Required = new HashSet<string>(StringComparer.Ordinal) { "data" },
    };

    private static OpenApiSchema Text(string? description) => new() { Type = JsonSchemaType.String, Description = description };
}
