using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Pylon.Access;
using Pylon.Events.V1;
using Pylon.Gateway.Webhooks;
using Scope = Pylon.Access.Scope;

namespace Pylon.Gateway.OpenApi;

/// <summary>What the gateway serves besides the rpcs of the contract, and where its broadcast differs from other streams.</summary>
internal sealed class OwnEndpoints(OpenApiDocument document, Schemas schemas, Answers answers, Credentials credentials)
{
    private const string Webhooks = "Webhooks";
    private const string Process = "Process";

    public static IEnumerable<OpenApiTag> Tags =>
    [
        new() { Name = Webhooks, Description = "Callbacks of Beckn providers. The body is signed, and answered with ACK or NACK." },
        new() { Name = Process, Description = "The gateway itself." },
    ];

    public IEnumerable<(string Method, string Path, OpenApiOperation Operation)> All() =>
    [
        .. WebhookEndpoints.Actions.Select(action => ("POST", $"/beckn/{action}", Webhook(action))),
        ("GET", "/", Answer("GetIndex", "Lists every endpoint", new() { ["200"] = Answers.Of("The endpoints.", schemas.Reference("Index", Index)) }, ScopeRule.AnyCaller)),
        ("GET", "/health", Health("GetHealth", "Whether the gateway and what is behind it can serve; 503 when it cannot")),
        ("GET", "/healthz", Health("GetHealthz", "The same under the name of the Batch Conductor Service")),
        ("GET", "/health/ready", Health("GetReadiness", "The same for load balancers")),
        ("GET", "/health/live", Health("GetLiveness", "Whether the process answers at all")),
        ("GET", "/health/startup", Health("GetStartup", "Whether the start of the process is complete")),
        ("GET", "/metrics", Answer("GetMetrics", "Metrics in the format of Prometheus", new() { ["200"] = Text("The metrics.") }, ScopeRule.OneOf(Scope.Admin))),
        ("GET", "/openapi.json", Answer("GetOpenApi", "This document", new() { ["200"] = Answers.Of("OpenAPI 3.1.", new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema() }) })),
    ];

    /// <summary>The broadcast as server-sent events carries CloudEvents, and is resumed by a header or a parameter.</summary>
    public void Complete(OpenApiOperation broadcast)
    {
        var line = ((OpenApiMediaType)((OpenApiResponse)broadcast.Responses!["200"]).Content![Transcoding.Calls.StreamFormat.NdjsonType]).ItemSchema!.AnyOf![0];
        broadcast.Responses["200"] = answers.Stream(line, schemas.Reference("CloudEvent", CloudEvent));
        broadcast.Parameters!.Add(Resume("Last-Event-ID", ParameterLocation.Header, "The id of the last event received; wins over both parameters."));
        broadcast.Parameters.Add(Resume("lastEventId", ParameterLocation.Query, "The same for clients that cannot send the header; wins over `after`."));
    }

    private static OpenApiParameter Resume(string name, ParameterLocation location, string description) =>
        new() { Name = name, In = location, Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };

    private OpenApiOperation Webhook(string action)
    {
        var operation = Answer($"Webhooks_{action}", $"Receives {action} of a provider", new()
        {
            ["200"] = Answers.Of("ACK: the callback is stored, or was before.", schemas.Reference("BecknAnswer", BecknAnswer)),
            ["400"] = Nack("The callback is wrong; sending it again does not help."),
            ["408"] = Nack("The body did not arrive in time: send the callback again."),
            ["413"] = Nack("The body is too large."),
            ["415"] = Nack("The body has a Content-Encoding."),
            ["429"] = Nack("The address sends too many: send the callback again after `Retry-After`."),
            ["500"] = Nack("The Orchestrator failed: send the callback again."),
            ["503"] = Nack("The Orchestrator is unreachable: send the callback again."),
        });
        operation.Tags = new HashSet<OpenApiTagReference> { new(Webhooks, document) };
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, IOpenApiMediaType>(StringComparer.Ordinal)
            {
                ["application/json"] = new OpenApiMediaType { Schema = schemas.Reference("BecknCallback", () => Object(null, ("context", true, Anything()), ("message", false, Anything()), ("error", false, Anything()))) },
            },
        };
        return operation;
    }

    private OpenApiResponse Nack(string description) => Answers.Of($"NACK. {description}", schemas.Reference("BecknAnswer", BecknAnswer));

    private OpenApiOperation Health(string id, string summary) => Answer(id, summary, new()
    {
        ["200"] = Answers.Of("It can serve.", schemas.Reference("Health", HealthSchema)),
        ["503"] = Answers.Of("It cannot.", schemas.Reference("Health", HealthSchema)),
    });

    private OpenApiOperation Answer(string id, string summary, OpenApiResponses responses, ScopeRule? scope = null) => new()
    {
        Security = credentials.Of(scope ?? ScopeRule.Public),
        OperationId = id,
        Tags = new HashSet<OpenApiTagReference> { new(Process, document) },
        Summary = summary,
        Responses = responses,
    };

    private OpenApiSchema CloudEvent() => new()
    {
        AnyOf =
        [
            Object(
                "A CloudEvent 1.0; `data` is the field of `pylon.events.v1.Event` that its `type` names.",
                ("specversion", true, String()),
                ("id", true, String()),
                ("source", true, String()),
                ("type", true, String()),
                ("subject", false, String()),
                ("time", false, new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" }),
                ("traceparent", false, String()),
                ("datacontenttype", false, String()),
                ("data", false, new OpenApiSchema { AnyOf = [.. Event.Descriptor.Oneofs[0].Fields.Select(field => schemas.Of(field.MessageType))] })),
            Object("Events after the position of the reader are no longer kept.", ("gap", true, new OpenApiSchema { Type = JsonSchemaType.Boolean }), ("position", true, String())),
        ],
    };

    private static OpenApiSchema BecknAnswer() => Object(
        null,
        ("message", true, Object(null, ("ack", true, Object(null, ("status", true, Words("ACK", "NACK")))))),
        ("error", false, Object(null, ("code", true, String()), ("message", true, String()))));

    private static OpenApiSchema HealthSchema()
    {
        var checks = new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = Object(null, ("status", true, Status()), ("description", true, String())) };
        return Object(null, ("status", true, Status()), ("checks", true, checks));
    }

    private static OpenApiSchema Index() => Object(
        null,
        ("name", true, String()),
        ("endpoints", true, new OpenApiSchema
        {
            Type = JsonSchemaType.Array,
            Items = Object(null, ("method", true, String()), ("path", true, String()), ("rpc", false, String()), ("stream", false, new OpenApiSchema { Type = JsonSchemaType.Boolean })),
        }));

    private static OpenApiResponse Text(string description) => new()
    {
        Description = description,
        Content = new Dictionary<string, IOpenApiMediaType>(StringComparer.Ordinal) { ["text/plain"] = new OpenApiMediaType { Schema = String() } },
    };

    private static OpenApiSchema Object(string? description, params IReadOnlyList<(string Name, bool Always, IOpenApiSchema Schema)> fields) => new()
    {
        Type = JsonSchemaType.Object,
        Description = description,
        Properties = fields.ToDictionary(field => field.Name, field => field.Schema, StringComparer.Ordinal),
        Required = fields.Where(field => field.Always).Select(field => field.Name).ToHashSet(StringComparer.Ordinal),
    };

    private static OpenApiSchema String() => new() { Type = JsonSchemaType.String };

    private static OpenApiSchema Anything() => new() { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema() };

    private static OpenApiSchema Status() => Words("healthy", "degraded", "unhealthy");

    private static OpenApiSchema Words(params IEnumerable<string> words) => new() { Type = JsonSchemaType.String, Enum = [.. words.Select(word => JsonValue.Create(word))] };
}
