using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;

namespace Pylon.Rpc;

/// <summary>Channels to a service that runs at one address, at several, or at all those of a name.</summary>
internal static class Channels
{
    private const string Several = "static:///several";

    /// <summary>A channel with our connections. Of several addresses, each call goes to the next one that can be reached.</summary>
    /// <param name="addresses">All http or all https; or one name (<see cref="Names"/>).</param>
    /// <param name="options">More options.</param>
    /// <param name="useProxy">True for the proxy of the environment.</param>
    /// <param name="authorities">Who may vouch for the server; null: whom the system trusts.</param>
    /// <param name="names">How names are looked up; null: by the system.</param>
    public static GrpcChannel Open(
        IReadOnlyList<Uri> addresses, GrpcChannelOptions options, bool useProxy = false, X509Certificate2Collection? authorities = null, NameResolverFactory? names = null)
    {
        var handler = Connections.Create(useProxy);
        if (authorities is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        options.HttpHandler = handler;
        options.DisposeHttpClient = true;
        Configure(options, addresses);
        if (addresses is [var only])
        {
            if (only.IsName())
                options.ServiceProvider = new Parts([names ?? new NameResolverFactory(Dns.GetHostAddressesAsync, TimeProvider.System)]);
            return GrpcChannel.ForAddress(only, options);
        }

        options.ServiceProvider = new Parts([new StaticResolverFactory(_ => Balanced(addresses))]);
        return GrpcChannel.ForAddress(Several, options);
    }

    /// <summary>How a channel connects again, and how the addresses take turns.</summary>
    public static void Configure(GrpcChannelOptions options, IReadOnlyList<Uri> addresses)
    {
        (options.InitialReconnectBackoff, options.MaxReconnectBackoff) = Connections.Backoff;
        if (addresses is [var only] && !only.IsName())
            return;
        options.Credentials = addresses[0].Scheme == Uri.UriSchemeHttps ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
        options.ServiceConfig ??= new ServiceConfig();
        options.ServiceConfig.LoadBalancingConfigs.Add(TurnsFactory.Config);
    }

    public static IReadOnlyList<BalancerAddress> Balanced(IEnumerable<Uri> addresses) =>
        [.. addresses.Select(one => new BalancerAddress(one.Host, one.Port))];

    // The channel takes its resolvers and its balancer from a service provider.
    private sealed class Parts(IEnumerable<ResolverFactory> resolvers) : IServiceProvider
    {
        private readonly LoadBalancerFactory[] _balancers = [new TurnsFactory(TimeProvider.System)];

        public object? GetService(Type serviceType) =>
            serviceType == typeof(IEnumerable<ResolverFactory>) ? resolvers
            : serviceType == typeof(IEnumerable<LoadBalancerFactory>) ? _balancers
            : null;
    }
}
