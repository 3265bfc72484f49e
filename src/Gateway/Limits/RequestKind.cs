using Pylon.Gateway.Contracts;
using Pylon.Transcoding.Routing;

namespace Pylon.Gateway.Limits;

/// <summary>What a request asks for, as far as it is counted.</summary>
internal sealed class RequestKind(RouteTable routes)
{
    private const string Submit = "/pylon.orchestrator.v1.WorkloadService/SubmitWorkload";
    private static readonly string[] Free = ["/health", "/healthz", "/metrics", "/web/assets"];

    /// <summary>A probe, or a file of the page: it asks no service.</summary>
    public static bool IsFree(HttpContext context) => Array.Exists(Free, path => context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal));

    /// <summary>A callback of a provider.</summary>
    public static bool IsCallback(HttpContext context) => context.Request.Path.Value?.StartsWith("/beckn/on_", StringComparison.Ordinal) == true;

    public bool IsSubmit(HttpContext context) => RpcOf(context) == Submit;

    public bool IsStream(HttpContext context) => Contract.IsServerStream(RpcOf(context)) || context.Request.Path == "/beckn/broadcast";

    private string? RpcOf(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        return context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true ? path
            : routes.Match(context.Request.Method, path).Binding is { Rpc: var rpc } ? $"/{rpc.Service.FullName}/{rpc.Name}"
            : null;
    }
}
