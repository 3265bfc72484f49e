using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Pylon.Gateway.Proxy;

/// <summary>YARP's own factory with the connection settings of all calls to the services.</summary>
internal sealed class ProxyHttpClientFactory(IOptions<ProxyOptions> options) : ForwarderHttpClientFactory
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        UpstreamHandler.Configure(handler, options.Value);
    }
}
