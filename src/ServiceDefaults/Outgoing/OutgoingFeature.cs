using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Pylon.ServiceDefaults.Start;

namespace Pylon.ServiceDefaults.Outgoing;

/// <summary>Clients of what is outside Pylon: providers, registries, engines, models, receivers of webhooks, sources.</summary>
public static class OutgoingFeature
{
    /// <summary>
    /// A named client that calls only what <see cref="OutgoingOptions"/> allows. It keeps no cookies and follows no redirection, has no time
    /// limit of its own (its caller bounds each request) and logs nothing (a URL may hold a secret; its caller says what failed).
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="name">The name for <see cref="IHttpClientFactory"/>.</param>
    /// <param name="maxAnswerBytes">A larger answer is an error.</param>
    /// <param name="addresses">The addresses of settings that it calls; null for one that is not set.</param>
    /// <param name="configure">More settings of the connections.</param>
    public static IHttpClientBuilder AddOutgoingClient(
        this IServiceCollection services, string name, long maxAnswerBytes, Func<IServiceProvider, IEnumerable<Uri?>> addresses, Action<IServiceProvider, SocketsHttpHandler>? configure = null)
    {
        // Twice, a wrong setting would be named twice.
        if (!services.Any(service => service.ServiceType == typeof(IConfigureOptions<OutgoingOptions>)))
            services.AddValidatedOptions<OutgoingOptions>(OutgoingOptions.Section);
        services.TryAddSingleton<HostLookup>(_ => Dns.GetHostAddressesAsync);
        return services
            .AddHttpClient(name, client =>
            {
                client.MaxResponseContentBufferSize = maxAnswerBytes;
                client.Timeout = Timeout.InfiniteTimeSpan;
            })
            .ConfigurePrimaryHttpMessageHandler(provider =>
            {
                var handler = new SocketsHttpHandler { UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) };
                configure?.Invoke(provider, handler);
                return new OutgoingHandler(handler, Rules(provider, addresses(provider)), provider.GetRequiredService<HostLookup>());
            })
            .RemoveAllLoggers();
    }

    private static OutgoingRules Rules(IServiceProvider provider, IEnumerable<Uri?> addresses)
    {
        var options = provider.GetRequiredService<IOptions<OutgoingOptions>>().Value;
        var hosts = addresses.OfType<Uri>().Select(address => address.IdnHost).Concat(options.AllHosts()).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return new OutgoingRules(provider.GetRequiredService<IConfiguration>().IsProduction(), hosts, options.AllNetworks());
    }
}
