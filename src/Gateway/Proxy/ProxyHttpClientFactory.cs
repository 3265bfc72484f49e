using Microsoft.Extensions.Options;
using Pylon.Rpc;
using Yarp.ReverseProxy.Forwarder;

namespace Pylon.Gateway.Proxy;

/// <summary>YARP's own factory with the connection settings of all calls to the services.</summary>
internal sealed class ProxyHttpClientFactory(IOptions<ProxyOptions> options) : ForwarderHttpClientFactory
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        Connections.Configure(handler, useProxy: false);
        handler.ConnectTimeout = options.Value.ConnectTimeout;
        handler.PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5);
    }
}
