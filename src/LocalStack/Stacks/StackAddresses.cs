using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;

namespace Pylon.LocalStack.Stacks;

/// <summary>The ports of one stack, claimed until it is disposed, and the environment variables that name them.</summary>
public sealed class StackAddresses : IDisposable
{
    internal const string PostgresKey = "postgresql";
    internal const string RedisKey = "redis";
    private const int PreferredPostgresPort = 15432;
    private const int PreferredRedisPort = 16379;
    private const int PreferredNodePort = 16400;

    private readonly Dictionary<string, int> _ports;

    private readonly Ports _claims;
    private readonly IReadOnlyList<ServiceDefinition> _services;

    private StackAddresses(Ports claims, Dictionary<string, int> ports, IReadOnlyList<ServiceDefinition> services) =>
        (_claims, _ports, _services) = (claims, ports, services);

    /// <summary>Port by name; the next run prefers the same ones.</summary>
    public IReadOnlyDictionary<string, int> Ports => _ports;

    /// <summary>libpq URI.</summary>
    public required string Postgres { get; init; }

    /// <summary>In StackExchange.Redis' notation.</summary>
    public required string Redis { get; init; }

    /// <summary>The Gateway's HTTP base address; of several Gateways that of the first.</summary>
    public string Url => Secured(Http(ServiceDefinition.Gateway));

    /// <summary>The Gateway's gRPC address; of several Gateways all, separated by commas.</summary>
    public string Grpc => string.Join(',', Gateways.Select(gateway => Secured(GrpcOf(gateway))));

    /// <summary>True when the Gateway has a certificate.</summary>
    internal bool HasTls { get; set; }

    /// <summary>The base address of the Sandbox.</summary>
    public string Sandbox => Http(ServiceDefinition.Sandbox);

    /// <summary>Chooses ports: those of the previous run where they are free, else the preferred ones, else others.</summary>
    /// <param name="before">Port by name of the previous run.</param>
    /// <param name="postgres">An existing server, as a libpq URI; null for a private one.</param>
    /// <param name="redis">An existing server; null for a private one.</param>
    /// <param name="random">True for ports that no other stack prefers: for throw-away stacks.</param>
    /// <param name="redisNodes">Nodes of a private Redis Cluster; 0 for one private server.</param>
    /// <param name="replicas">Processes beside one of each service.</param>
    public static StackAddresses Choose(
        IReadOnlyDictionary<string, int>? before = null, string? postgres = null, string? redis = null, bool random = false, int redisNodes = 0, params IEnumerable<ServiceDefinition> replicas)
    {
        var chooser = new Ports();
        var ports = new Dictionary<string, int>();
        void Add(string key, int preferred) =>
            ports[key] = chooser.Choose(random ? Machine.Ports.Throwaway() : preferred, before?.TryGetValue(key, out var known) == true ? known : null);

        if (postgres is null)
            Add(PostgresKey, PreferredPostgresPort);
        if (redis is null && redisNodes == 0)
            Add(RedisKey, PreferredRedisPort);
        string[] nodes = redis is null ? [.. Enumerable.Range(1, redisNodes).Select(NodeKey)] : [];
        foreach (var node in nodes)
        {
            Add(node, PreferredNodePort);
            Add(BusKey(node), PreferredNodePort);
        }

        ServiceDefinition[] services = [.. ServiceDefinition.All, .. replicas];
        foreach (var service in services)
        {
            Add(HttpKey(service), service.HttpPort);
            if (service.GrpcPort is { } grpc)
                Add(GrpcKey(service), grpc);
        }

        return new StackAddresses(chooser, ports, services)
        {
            Postgres = postgres ?? PrivatePostgres.UriOf(ports[PostgresKey]),
            Redis = redis ?? RedisOf(ports)!,
        };
    }

    /// <summary>The private Redis on these ports, a server or a cluster; null when they have none.</summary>
    internal static string? RedisOf(IReadOnlyDictionary<string, int> ports) =>
        RedisKeys(ports) is { Count: > 0 } keys ? string.Join(',', keys.Select(key => $"127.0.0.1:{ports[key]}")) : null;

    /// <summary>The names of the nodes of the private Redis Cluster, in order; none without a cluster.</summary>
    internal IReadOnlyList<string> RedisNodes => [.. RedisKeys(_ports).Where(key => key != RedisKey)];

    internal static string BusKey(string node) => node + ".bus";

    private static string NodeKey(int number) => $"{RedisKey}-{number}";

    private static IReadOnlyList<string> RedisKeys(IReadOnlyDictionary<string, int> ports) => ports.ContainsKey(RedisKey)
        ? [RedisKey]
        : [.. Enumerable.Range(1, ports.Count).Select(NodeKey).TakeWhile(ports.ContainsKey)];

    /// <summary>Part of <c>.pylon/env</c> and of every service's environment; a service with replicas has its addresses separated by commas.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables =>
    [
        new("PYLON_URL", Url),
        new("PYLON_GRPC", Grpc),
        new("PYLON_POSTGRES", Postgres),
        new("PYLON_REDIS", Redis),
        .. _services.Where(service => service.Project != ServiceDefinition.Gateway.Project).GroupBy(service => service.Project)
            .Select(group => KeyValuePair.Create("PYLON_" + group.Key.ToUpperInvariant(), string.Join(',', group.Select(service => service.GrpcPort is null ? Http(service) : GrpcOf(service))))),
    ];

    /// <summary>The Orchestrator does not own its tables on a private server, so that it can only add to its log of decisions.</summary>
    internal IEnumerable<KeyValuePair<string, string>> RolesOf(ServiceDefinition service) =>
        service.Project == ServiceDefinition.Orchestrator.Project && _ports.TryGetValue(PostgresKey, out var port)
            ? [new("PYLON_POSTGRES", PrivatePostgres.ServiceUriOf(port)), new("PYLON_POSTGRES_OWNER", Postgres)]
            : [];

    /// <summary>How many processes there are of each service that keeps state in PostgreSQL, as PYLON_REPLICAS says it.</summary>
    internal string Replicas => string.Join(
        ',',
        _services.Where(service => service.Project != ServiceDefinition.Gateway.Project && service.Project != ServiceDefinition.Sandbox.Project)
            .GroupBy(service => service.Project).Select(group => $"{group.Key.ToLowerInvariant()}={group.Count()}"));

    /// <summary>The HTTP base address of a service.</summary>
    public string Http(ServiceDefinition service) => $"http://127.0.0.1:{_ports[HttpKey(service)]}";

    /// <summary>The gRPC address of a service that has one.</summary>
    public string GrpcOf(ServiceDefinition service) => $"http://127.0.0.1:{_ports[GrpcKey(service)]}";

    /// <summary>Ends the claim on the ports.</summary>
    public void Dispose() => _claims.Dispose();

    internal int HttpPort(ServiceDefinition service) => _ports[HttpKey(service)];

    internal int? GrpcPort(ServiceDefinition service) => _ports.TryGetValue(GrpcKey(service), out var port) ? port : null;

    private IEnumerable<ServiceDefinition> Gateways => _services.Where(service => service.Project == ServiceDefinition.Gateway.Project);

    private string Secured(string address) => HasTls ? address.Replace("http://", "https://", StringComparison.Ordinal) : address;

    private static string HttpKey(ServiceDefinition service) => service.Name + ".http";

    private static string GrpcKey(ServiceDefinition service) => service.Name + ".grpc";
}
