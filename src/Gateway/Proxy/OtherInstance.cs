using Yarp.ReverseProxy.Forwarder;

namespace Pylon.Gateway.Proxy;

/// <summary>
/// A native call that could not be sent, because an instance accepts no connection, goes to the next instance; none has seen it.
/// A call that was sent is never sent again: only its caller knows whether it may be repeated.
/// </summary>
internal static class OtherInstance
{
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var proxy = context.GetReverseProxyFeature();
        var untried = proxy.AvailableDestinations;
        while (true)
        {
            await next(context);
            if (WasSent(context) || context.RequestAborted.IsCancellationRequested)
                return;
            untried = [.. untried.Where(instance => instance != proxy.ProxiedDestination)];
            if (untried.Count == 0)
                return;
            context.Features.Set<IForwarderErrorFeature>(null);
            context.Response.Clear();
            proxy.AvailableDestinations = untried;
        }
    }

    private static bool WasSent(HttpContext context) =>
        context.Response.HasStarted
        || context.Features.Get<IForwarderErrorFeature>()?.Exception is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };
}
