using Pylon.Gateway.Contracts;
using Pylon.Gateway.Proxy;
using Pylon.Rpc;
using Pylon.Transcoding.Routing;

namespace Pylon.Gateway.Limits;

/// <summary>What a request asks for, as far as it is counted.</summary>
internal sealed class RequestKind(RouteTable routes)
{
    private const string Submit = "/pylon.orchestrator.v1.WorkloadService/SubmitWorkload";
    private static readonly string[] Free = ["/health", "/healthz", "/metrics", "/web/assets"];

    /// <summary>A probe, or a file of the page: it asks no service.</summary>
    public static bool IsFree(HttpContext context) => Array.Exists(Free, path => context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal));

    public bool IsSubmit(HttpContext context) => RpcOf(context) == Submit || IsFormOfSubmit(context.Request);

    public bool IsStream(HttpContext context) => Contract.IsServerStream(RpcOf(context)) || OwnStreams.Has(context.Request.Path);

    // The page calls the rpc itself.
    private static bool IsFormOfSubmit(HttpRequest request) => HttpMethods.IsPost(request.Method) && request.Path.LeadsTo("/web/workloads");

    private string? RpcOf(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        return GrpcAnswer.IsGrpc(context.Request) ? path
            : routes.Match(context.Request.Method, path).Binding is { Rpc: var rpc } ? MethodScopes.PathOf(rpc)
            : null;
    }
}
