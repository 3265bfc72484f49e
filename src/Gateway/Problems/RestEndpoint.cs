using Pylon.Access;
using Pylon.Transcoding.Problems;

namespace Pylon.Gateway.Problems;

internal static class RestEndpoint
{
    /// <summary>
    /// Maps an endpoint that is not an rpc. Another method gets 405 here: the router would answer 404, because the
    /// catch-all route of gRPC for unknown services takes every method. Its callers need <paramref name="scope"/>.
    /// </summary>
    public static void MapRest(this WebApplication app, string method, string pattern, ScopeRule scope, RequestDelegate serve) => app.Map(pattern, context =>
    {
        if (string.Equals(context.Request.Method, method, StringComparison.Ordinal))
            return serve(context);
        context.Response.Headers.Allow = method;
        return context.WriteProblemAsync(Problem.MethodNotAllowed(context.Request.Method, [method]));
    }).WithMetadata(scope);
}
