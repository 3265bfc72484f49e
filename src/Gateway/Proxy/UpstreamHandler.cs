namespace Pylon.Gateway.Proxy;

internal static class UpstreamHandler
{
    /// <summary>The connections to a service, the same for native and for transcoded calls.</summary>
    public static SocketsHttpHandler New(ProxyOptions options)
    {
        var handler = new SocketsHttpHandler();
        Configure(handler, options);
        return handler;
    }

    public static void Configure(SocketsHttpHandler handler, ProxyOptions options)
    {
        handler.ConnectTimeout = options.ConnectTimeout;
        handler.EnableMultipleHttp2Connections = true;
        handler.KeepAlivePingDelay = TimeSpan.FromSeconds(20);
        handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        handler.PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5);
        // The services share a network; a proxy of the environment is for external addresses.
        handler.UseProxy = false;
    }
}
