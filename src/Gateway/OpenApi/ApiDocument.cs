using Google.Protobuf.Reflection;
using Microsoft.OpenApi;
using Pylon.Gateway.Contracts;
using Pylon.Transcoding.Routing;

namespace Pylon.Gateway.OpenApi;

/// <summary>The HTTP API as OpenAPI 3.1, made from the contract: one operation per binding, and the gateway's own endpoints.</summary>
internal static class ApiDocument
{
    private const string About =
        """
        Carbon-aware scheduling of compute: workloads, the state of the grid, plans, emissions, hotspots and alerts.

        JSON has the names of the contract (snake_case); a request may use camelCase too. 64-bit integers are strings. A request
        may give a value of an enum by its name, its short name or its number. Absent and null are the same in a request; a
        response leaves out what is not set and has presence. A number that JSON does not have is "NaN", "Infinity" or "-Infinity".

        Every operation takes `X-Request-Timeout` (seconds), `X-Request-Id`, `X-Correlation-Id`, `Idempotency-Key` and the W3C
        trace context. A caller needs a key or a token with the scope that an operation names in `security`; one of several is enough.
        Errors are `application/problem+json`; each operation lists its reasons.
        """;

    /// <summary>The document in UTF-8.</summary>
    public static async Task<byte[]> WriteAsync()
    {
        using var text = new MemoryStream();
        await Make().SerializeAsJsonAsync(text, OpenApiSpecVersion.OpenApi3_1);
        text.WriteByte((byte)'\n');
        return text.ToArray();
    }

    private static OpenApiDocument Make()
    {
        var bindings = Binding.Of(Contract.Services);
        var comments = new ProtoComments();
        var document = new OpenApiDocument
        {
            Info = new OpenApiInfo { Title = "Pylon", Version = "v1", Description = About, License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" } },
            // Of an operation that says nothing else.
            Security = [[]],
            Servers = [new OpenApiServer { Url = "/" }],
            Tags = new HashSet<OpenApiTag>(Tags(bindings, comments)),
            Paths = [],
            Components = new OpenApiComponents(),
        };
        var schemas = new Schemas(document, comments, Sent(bindings));
        var answers = new Answers(document, schemas, comments);
        var credentials = new Credentials(document);
        var operations = new Operations(document, schemas, answers, comments, credentials);
        var own = new OwnEndpoints(document, schemas, answers, credentials);
        foreach (var ofRpc in bindings.GroupBy(binding => binding.Rpc))
        {
            foreach (var (at, binding) in ofRpc.Index())
                Add(document, binding.HttpMethod, Operations.PathOf(binding.Template), operations.Of(binding, at + 1));
        }

        own.Complete(document.Paths["/beckn/broadcast"].Operations![HttpMethod.Get]);
        foreach (var (method, path, operation) in own.All())
            Add(document, method, path, operation);
        return document;
    }

    private static IEnumerable<OpenApiTag> Tags(IEnumerable<Binding> bindings, ProtoComments comments) =>
    [
        .. bindings.Select(binding => binding.Rpc.Service).Distinct().Select(service => new OpenApiTag { Name = Operations.TagOf(service), Description = comments[service] }),
        .. OwnEndpoints.Tags,
    ];

    private static void Add(OpenApiDocument document, string method, string path, OpenApiOperation operation)
    {
        if (!document.Paths.TryGetValue(path, out var item))
            document.Paths[path] = item = new OpenApiPathItem();
        ((OpenApiPathItem)item).AddOperation(HttpMethod.Parse(method), operation);
    }

    // The messages of request bodies, and all that they hold.
    private static HashSet<MessageDescriptor> Sent(IEnumerable<Binding> bindings)
    {
        var sent = new HashSet<MessageDescriptor>();
        var open = new Queue<MessageDescriptor>(
            from binding in bindings
            let type = binding.BodyField is { } field ? field.IsMap || field.FieldType != FieldType.Message ? null : field.MessageType
                : binding.BodyIsWhole || binding.Rpc.IsClientStreaming ? binding.Rpc.InputType
                : null
            where type is not null
            select type);
        while (open.TryDequeue(out var type))
        {
            if (!sent.Add(type))
                continue;
            foreach (var field in type.Fields.InDeclarationOrder().Where(field => field.FieldType == FieldType.Message))
                open.Enqueue(field.MessageType);
        }

        return sent;
    }
}
