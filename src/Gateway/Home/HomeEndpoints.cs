using Pylon.Access;
using Pylon.Gateway.Contracts;
using Pylon.Gateway.Problems;
using Pylon.Gateway.Webhooks;
using Pylon.Transcoding.Routing;
using Pylon.Web;

namespace Pylon.Gateway.Home;

/// <summary><c>GET /</c>: the web page for a browser; for a program every endpoint of the HTTP port, made from the contract.</summary>
internal static class HomeEndpoints
{
    public static void MapHome(this WebApplication app)
    {
        var index = new Index("Pylon", [.. FromContract(), .. Extra()]);
        app.MapRest("GET", "/", ScopeRule.AnyCaller, context =>
        {
            context.Response.Headers.Append("Vary", "Accept");
            return WebFeature.WantsPage(context.Request)
                ? WebFeature.ServeFirstPageAsync(context)
                : context.Response.WriteAsJsonAsync(index, HomeJson.Default.Index, cancellationToken: context.RequestAborted);
        });
    }

    private static IEnumerable<Endpoint> FromContract() => Binding.Of(Contract.Services).Select(binding =>
        new Endpoint(binding.HttpMethod, binding.Template.Text, binding.Rpc.FullName, binding.Rpc.IsServerStreaming ? true : null));

    private static IEnumerable<Endpoint> Extra() =>
    [
        .. WebhookEndpoints.Actions.Select(action => new Endpoint("POST", $"/beckn/{action}", "pylon.orchestrator.v1.BecknService.ReceiveCallback")),
        new Endpoint("GET", "/health"),
        new Endpoint("GET", "/healthz"),
        new Endpoint("GET", "/health/live"),
        new Endpoint("GET", "/health/startup"),
        new Endpoint("GET", "/health/ready"),
        new Endpoint("GET", "/metrics"),
        new Endpoint("GET", "/openapi.json"),
        new Endpoint("GET", "/docs"),
        new Endpoint("GET", "/"),
    ];
}

/// <summary>The answer of <c>GET /</c>.</summary>
internal sealed record Index(string Name, IReadOnlyList<Endpoint> Endpoints);

/// <summary>One endpoint; <c>Stream</c> is true where the answer is server-sent events or NDJSON.</summary>
internal sealed record Endpoint(string Method, string Path, string? Rpc = null, bool? Stream = null);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(
    PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[System.Text.Json.Serialization.JsonSerializable(typeof(Index))]
internal sealed partial class HomeJson : System.Text.Json.Serialization.JsonSerializerContext;
