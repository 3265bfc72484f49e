using Pylon.Rpc;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.LoadBalancing;

namespace Pylon.Gateway.Proxy;

/// <summary>YARP's routes and clusters: one route per service of the contract, one cluster per upstream.</summary>
internal static class ProxyRoutes
{
    public static IReadOnlyList<RouteConfig> Routes(IEnumerable<ServiceDescriptor> services) =>
    [
        .. from service in services
           let upstream = Upstream.Of(service)
           where upstream is not null
           select new RouteConfig
           {
               RouteId = service.FullName,
               ClusterId = upstream.Name,
               Match = new RouteMatch
               {
                   Path = $"/{service.FullName}/{{**method}}",
                   Methods = ["POST"],
                   Headers = [new RouteHeader { Name = "content-type", Values = ["application/grpc"], Mode = HeaderMatchMode.HeaderPrefix }],
               },
           },
    ];

    public static IReadOnlyList<ClusterConfig> Clusters(UpstreamAddresses addresses, ProxyOptions options) =>
        [.. Upstream.Table.Select(upstream => Cluster(upstream.Name, addresses.Of(upstream), options))];

    private static ClusterConfig Cluster(string name, IReadOnlyList<Uri> instances, ProxyOptions options) => new()
    {
        ClusterId = name,
        Destinations = instances is [var only] && Names.Target(only) is { } named
            ? new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase) { [name] = NameDestinations.Of(named) }
            : instances.ToDictionary(uri => uri.Authority, uri => new DestinationConfig { Address = uri.ToString() }, StringComparer.OrdinalIgnoreCase),
        LoadBalancingPolicy = LoadBalancingPolicies.RoundRobin,
        HttpRequest = new ForwarderRequestConfig
        {
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            ActivityTimeout = options.ActivityTimeout,
            AllowResponseBuffering = false,
        },
        HealthCheck = new HealthCheckConfig
        {
            Passive = new PassiveHealthCheckConfig { Enabled = true, Policy = "TransportFailureRate", ReactivationPeriod = options.ReactivationPeriod },
            // When all instances have failed, one is tried all the same: it may work again.
            AvailableDestinationsPolicy = "HealthyOrPanic",
        },
    };
}
