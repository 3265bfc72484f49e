using Pylon.Gateway.Problems;

namespace Pylon.Gateway;

internal static class RestEndpoint
{
    /// <summary>
    /// An endpoint that no rpc has. Another method is answered with 405 here: the router would give 404, because the
    /// catch-all that gRPC maps for unknown services takes any method.
    /// </summary>
    public static void MapRest(this WebApplication app, string method, string pattern, RequestDelegate serve) => app.Map(pattern, context =>
    {
        if (string.Equals(context.Request.Method, method, StringComparison.Ordinal))
            return serve(context);
        context.Response.Headers.Allow = method;
        return context.WriteProblem(Problem.MethodNotAllowed(context.Request.Method, [method]));
    });
}
