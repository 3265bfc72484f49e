using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Pylon.Gateway.Contracts;
using Pylon.Rpc;
using Pylon.ServiceDefaults;
using Pylon.Transcoding.Calls;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.ServiceDiscovery;
using Yarp.ReverseProxy.Transforms;

namespace Pylon.Gateway.Proxy;

internal static class ProxyFeature
{
    /// <summary>Native gRPC to the services that own it, and the channels for the gateway's own calls.</summary>
    public static IServiceCollection AddProxy(this IServiceCollection services)
    {
        services.AddValidatedOptions<ProxyOptions>(ProxyOptions.Section);
        services.TryAddSingleton<NameLookUp>(Dns.GetHostAddressesAsync);
        services.AddSingleton<IDestinationResolver, NameDestinations>();
        services.AddSingleton<UpstreamAddresses>();
        services.AddSingleton<UpstreamChannels>();
        services.AddSingleton<IUpstreams>(provider => provider.GetRequiredService<UpstreamChannels>());
        services.AddSingleton<UpstreamHealth>();
        services.AddReverseProxy().AddTransforms(context =>
        {
            // No service reads X-Forwarded-For and its like.
            context.UseDefaultForwarders = false;
            context.AddResponseTransform(EarlyHeaders.SendAsync);
        });
        services.AddSingleton<IProxyConfigProvider>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<ProxyOptions>>().Value;
            var addresses = provider.GetRequiredService<UpstreamAddresses>();
            return new InMemoryConfigProvider(ProxyRoutes.Routes(Contract.Services), ProxyRoutes.Clusters(addresses, options));
        });
        services.AddSingleton<Yarp.ReverseProxy.Forwarder.IForwarderHttpClientFactory, ProxyHttpClientFactory>();
        services.Configure<TransportFailureRateHealthPolicyOptions>(policy =>
        {
            policy.DetectionWindowSize = TimeSpan.FromSeconds(10);
            policy.MinimalTotalCountThreshold = 3;
        });
        foreach (var upstream in Upstream.Table)
        {
            services.AddHealthChecks().Add(new(
                upstream.Name,
                provider => new UpstreamHealthCheck(upstream, provider.GetRequiredService<UpstreamHealth>()),
                failureStatus: null,
                tags: null));
        }

        GatewayHealthCheck.AddTo(services);
        SharedHealth.AddTo(services);
        return services;
    }

    public static void MapProxy(this WebApplication app)
    {
        app.MapReverseProxy(pipeline =>
        {
            pipeline.Use(GrpcProxyPipeline.InvokeAsync);
            pipeline.Use(OtherInstance.InvokeAsync);
            pipeline.UseLoadBalancing();
            pipeline.UsePassiveHealthChecks();
            pipeline.Use(UnaryForwarder.InvokeAsync);
        });
        // Before the health service that every process has: here each service has a health of its own.
        app.MapGrpcService<AggregatedHealthService>().Add(endpoint => ((RouteEndpointBuilder)endpoint).Order = -1);
    }
}
