using System.Net;
using Grpc.Core;
using Grpc.Net.Client.Balancer;
using Grpc.Net.ClientFactory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Pylon.Access;

namespace Pylon.Rpc;

public static class RpcClient
{
    /// <summary>
    /// A generated client of the service whose address (<c>http://host:port</c>, h2c) is the setting
    /// <paramref name="settingName"/>, for example PYLON_INGESTION; a missing or malformed one stops the start. Of several, with
    /// commas between, or of a name that stands for all of them (<c>dns:///host:port</c>), each call goes to the next one that can be reached.
    /// A unary call without a deadline is given 10 s; a call made while another is served ends with that one.
    /// The service calls as itself, for the operator of the call that it serves; outside of one for the operator of the header
    /// that <see cref="CallerInterceptor.For"/> makes, or for the built-in one.
    /// </summary>
    public static IServiceCollection AddRpcClient<TClient>(this IServiceCollection services, string settingName)
        where TClient : ClientBase
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new DeadlineInterceptor(DeadlineInterceptor.Default));
        services.TryAddSingleton(provider => new InternalTokens(key: null, "pylon", provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<CallerInterceptor>();
        services.AddOptions<Peer>(settingName)
            .Configure<IConfiguration>((peer, configuration) => peer.Address = configuration[settingName] ?? "")
            .Validate(
                peer => peer.Addresses is [var only] ? IsAddress(only) || IsName(only) : peer.Addresses.Length > 0 && peer.Addresses.All(IsAddress),
                $"{settingName}: must be the address of a gRPC service, for example http://127.0.0.1:5101, several with commas between, or one name of all instances, dns:///host:port")
            .ValidateOnStart();
        // Without the accessor the propagation below does nothing, and says nothing.
        services.AddHttpContextAccessor();
        services.TryAddSingleton<ResolverFactory>(provider => new StaticResolverFactory(address =>
            Channels.Balanced(AddressesOf(provider, address.AbsolutePath.Trim('/')))));
        services.TryAddSingleton<NameLookUp>(Dns.GetHostAddressesAsync);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ResolverFactory, NameResolverFactory>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<LoadBalancerFactory, TurnsFactory>());
        services.AddGrpcClient<TClient>((provider, options) =>
            options.Address = AddressesOf(provider, settingName) is [var only] ? only : new Uri($"static:///{settingName}"))
            .ConfigureChannel((provider, channel) => Channels.Configure(channel, AddressesOf(provider, settingName)))
            // Nothing is retried here: only the caller knows whether its call is idempotent.
            // The services share a network; a proxy of the environment is for external addresses.
            .ConfigurePrimaryHttpMessageHandler(() => Connections.Create(useProxy: false))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers()
            .AddInterceptor<DeadlineInterceptor>(InterceptorScope.Client)
            .AddInterceptor<CallerInterceptor>(InterceptorScope.Client)
            // A worker calls outside of any served call.
            .EnableCallContextPropagation(options => options.SuppressContextNotFoundErrors = true);
        return services;
    }

    private static IReadOnlyList<Uri> AddressesOf(IServiceProvider provider, string settingName) =>
        [.. provider.GetRequiredService<IOptionsMonitor<Peer>>().Get(settingName).Addresses.Select(each => new Uri(each))];

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);

    private static bool IsName(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && Names.Target(uri) is not null;

    /// <summary>Where a service is: the value of one setting.</summary>
    private sealed class Peer
    {
        public string Address { get; set; } = "";

        public string[] Addresses => Address.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }
}
