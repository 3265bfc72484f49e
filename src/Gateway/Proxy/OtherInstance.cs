using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Pylon.Gateway.Proxy;

/// <summary>
/// A native call that could not be sent, because an instance accepts no connection, goes to the next instance; none has seen it. After
/// those that are healthy, one that failed lately is tried too: it may be back, while the others are replaced.
/// A call that was sent is never sent again: only its caller knows whether it may be repeated.
/// </summary>
internal static class OtherInstance
{
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var proxy = context.GetReverseProxyFeature();
        var healthy = proxy.AvailableDestinations;
        List<DestinationState> tried = [];
        while (true)
        {
            await next(context);
            if (WasSent(context) || context.RequestAborted.IsCancellationRequested || proxy.ProxiedDestination is not { } failed)
                return;
            tried.Add(failed);
            var untried = healthy.Except(tried).ToList() is { Count: > 0 } left ? left : proxy.AllDestinations.Except(tried).ToList();
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
