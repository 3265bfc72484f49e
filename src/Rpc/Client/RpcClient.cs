using Grpc.Core;
using Grpc.Net.ClientFactory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Pylon.Rpc;

public static class RpcClient
{
    /// <summary>
    /// A generated client of the service whose address (<c>http://host:port</c>, h2c) is the setting
    /// <paramref name="settingName"/>, for example PYLON_INGESTION; a missing or malformed one stops the start.
    /// A unary call without a deadline is given 10 s; a call made while another is served ends with that one.
    /// </summary>
    public static IServiceCollection AddRpcClient<TClient>(this IServiceCollection services, string settingName)
        where TClient : ClientBase
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<DeadlineInterceptor>();
        services.AddOptions<Peer>(settingName)
            .Configure<IConfiguration>((peer, configuration) => peer.Address = configuration[settingName] ?? "")
            .Validate(peer => IsAddress(peer.Address), $"{settingName}: must be the address of a gRPC service, for example http://127.0.0.1:5101")
            .ValidateOnStart();
        // Without the accessor the propagation below does nothing, and says nothing.
        services.AddHttpContextAccessor();
        services.AddGrpcClient<TClient>((provider, options) => options.Address = new Uri(provider.GetRequiredService<IOptionsMonitor<Peer>>().Get(settingName).Address))
            .ConfigureChannel(channel => (channel.InitialReconnectBackoff, channel.MaxReconnectBackoff) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2)))
            .ConfigurePrimaryHttpMessageHandler(Connections)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers()
            .AddInterceptor<DeadlineInterceptor>(InterceptorScope.Client)
            // A worker calls outside of any served call.
            .EnableCallContextPropagation(options => options.SuppressContextNotFoundErrors = true);
        return services;
    }

    // Nothing is retried here: only the caller knows whether its call is idempotent.
    private static SocketsHttpHandler Connections() => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(3),
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = TimeSpan.FromSeconds(20),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        // The services share a network; a proxy of the environment is for external addresses.
        UseProxy = false,
    };

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);

    /// <summary>Where a service is: the value of one setting.</summary>
    private sealed class Peer
    {
        public string Address { get; set; } = "";
    }
}
