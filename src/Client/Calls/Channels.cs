using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Pylon.Rpc;

namespace Pylon.Client.Calls;

/// <summary>Opens the channel of a client.</summary>
internal static class Channels
{
    private const string Several = "static:///pylon";

    public static GrpcChannel Open(PylonClientOptions options, ServiceConfig retries)
    {
        var channel = new GrpcChannelOptions
        {
            HttpHandler = Connections.Create(useProxy: options.Addresses.Any(one => !one.IsLoopback)),
            DisposeHttpClient = true,
            ServiceConfig = retries,
            InitialReconnectBackoff = Connections.Backoff.First,
            MaxReconnectBackoff = Connections.Backoff.Longest,
        };
        if (options.Addresses is [var only])
            return GrpcChannel.ForAddress(only, channel);
        channel.Credentials = options.Addresses[0].Scheme == Uri.UriSchemeHttps ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
        channel.ServiceProvider = new Resolvers([new StaticResolverFactory(_ => [.. options.Addresses.Select(one => new BalancerAddress(one.Host, one.Port))])]);
        retries.LoadBalancingConfigs.Add(new RoundRobinConfig());
        return GrpcChannel.ForAddress(Several, channel);
    }

    // The channel takes its resolvers from a service provider.
    private sealed class Resolvers(IEnumerable<ResolverFactory> factories) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(IEnumerable<ResolverFactory>) ? factories : null;
    }
}
