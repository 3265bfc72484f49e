using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;

namespace Pylon.LocalStack.Stacks;

/// <summary>
/// All of Pylon on one machine: PostgreSQL, Redis (unless they are given), the Sandbox and the services, each a process.
/// Disposing it stops what it started, in reverse order, and gives its ports back.
/// </summary>
public sealed class RunningStack : IAsyncDisposable
{
    private readonly List<StackProcess> _processes = [];
    private readonly StackOptions _options;
    private readonly Action? _changed;

    private RunningStack(StackOptions options, Action<RunningStack>? changed)
    {
        (_options, _changed) = (options, changed is null ? null : () => changed(this));
        Addresses.HasTls = Given("PYLON_TLS_CERT") is not null;
    }

    /// <summary>What runs where.</summary>
    public StackAddresses Addresses => _options.Addresses;

    /// <summary>The key of an admin; null when the stack asks for none.</summary>
    public string? ApiKey => Access.GetValueOrDefault(AccessKeys.KeySetting);

    /// <summary>The content of <c>.pylon/env</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables => ApiKey is { } key ? [.. Addresses.Variables, new(AccessKeys.KeySetting, key)] : Addresses.Variables;

    /// <summary>All its processes, callees before callers.</summary>
    public IReadOnlyList<StackProcess> Processes => _processes;

    /// <summary>The process of this name.</summary>
    public StackProcess this[string name] => _processes.First(process => process.Name == name);

    /// <summary>Starts the servers, then all services side by side, and waits until everything is healthy.</summary>
    /// <exception cref="StackException">A process did not start; the others are stopped again.</exception>
    public static async Task<RunningStack> StartAsync(StackOptions options, CancellationToken cancellationToken = default) =>
        await StartAsync(options, changed: null, cancellationToken);

    internal static async Task<RunningStack> StartAsync(StackOptions options, Action<RunningStack>? changed, CancellationToken cancellationToken)
    {
        var stack = new RunningStack(options, changed);
        try
        {
            await stack.StartServersAsync(cancellationToken);
            var services = options.Services.Select(stack.Add).ToList();
            await AllAsync(services.Select(service => stack.StartAsync(service, cancellationToken)));
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>One more process of the stack, which the caller starts. <see cref="Addresses"/> must have ports for it.</summary>
    public StackProcess Add(ServiceDefinition service)
    {
        var program = _options.Checkout.Program(service.Project, _options.Configuration);
        var process = new ServiceProcess(
            service.Name, program, LogOf(service.Name), Addresses.HttpPort(service), Addresses.GrpcPort(service), Settings(service), hasTls: Addresses.HasTls && service.Project == ServiceDefinition.Gateway.Project);
        return Added(process);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Callers before callees, servers last: no process sees its dependency end.
        foreach (var process in Enumerable.Reverse(_processes).ToList())
            await process.DisposeAsync();
        _processes.Clear();
        Addresses.Dispose();
    }

    private async Task StartServersAsync(CancellationToken cancellationToken)
    {
        if (Addresses.Ports.TryGetValue(StackAddresses.PostgresKey, out var postgresPort))
        {
            var postgres = await PrivatePostgres.CreateAsync(
                new PrivateServerOptions(Path.Combine(_options.DataDirectory, "postgresql"), LogOf(StackAddresses.PostgresKey), postgresPort)
                {
                    Throwaway = _options.Throwaway,
                    FallbackDirectory = $"/var/tmp/pylon-{new Checkout(_options.DataDirectory).Hash}",
                    Report = _options.Reporter.Note,
                },
                cancellationToken);
            await StartAsync(Added(postgres), cancellationToken);
        }

        if (Addresses.Ports.TryGetValue(StackAddresses.RedisKey, out var redisPort))
        {
            var redis = PrivateRedis.Create(new PrivateServerOptions(Path.Combine(_options.DataDirectory, "redis"), LogOf(StackAddresses.RedisKey), redisPort)
            {
                Throwaway = _options.Throwaway,
            });
            await StartAsync(Added(redis), cancellationToken);
        }

        if (Addresses.RedisNodes is { Count: > 0 } names)
            await StartClusterAsync(names, cancellationToken);
    }

    private async Task StartClusterAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var nodes = names.Select(name => PrivateRedis.CreateNode(
            name,
            new PrivateServerOptions(Path.Combine(_options.DataDirectory, name), LogOf(name), Addresses.Ports[name]) { Throwaway = _options.Throwaway },
            Addresses.Ports[StackAddresses.BusKey(name)])).ToList();
        nodes.ForEach(node => Added(node));
        await AllAsync(nodes.Select(node => StartAsync(node, cancellationToken)));
        await _options.Reporter.StepAsync(
            "redis cluster",
            async () =>
            {
                await PrivateRedisCluster.Create(nodes).FormAsync(cancellationToken);
                return nodes.Count;
            },
            count => $"{count} nodes");
    }

    // Each process that did not start is named: what one of them lacks says nothing of the others.
    private static async Task AllAsync(IEnumerable<Task> starts)
    {
        var all = Task.WhenAll(starts);
        try
        {
            await all;
        }
        catch (StackException) when (all.Exception is { InnerExceptions: [_, _, ..] failed })
        {
            throw new StackException(string.Join('\n', failed.OfType<StackException>().Select(each => each.Message)));
        }
    }

    private StackProcess Added(StackProcess process)
    {
        process.Changed = _changed;
        _processes.Add(process);
        return process;
    }

    private Task StartAsync(StackProcess process, CancellationToken cancellationToken) => _options.Reporter.StepAsync(
        process.Name,
        async () =>
        {
            await process.StartAsync(cancellationToken);
            return process.Address;
        },
        address => address);

    // A later one wins: the caller's settings override the others.
    private IEnumerable<KeyValuePair<string, string>> Settings(ServiceDefinition service) =>
    [
        new("BAP_URI", $"{Addresses.Url}/beckn"),
        new("PYLON_REPLICAS", Addresses.Replicas),
        .. _options.Throwaway ? [] : Synthetic(),
        // A local stack asks the real sources only when the user names them.
        .. SandboxSettings.At(Addresses.Sandbox, Given),
        // The Sandbox stands for what is outside, in production too.
        new("Outgoing__Networks", Given("Outgoing__Networks") ?? "127.0.0.0/8"),
        .. NetworkKeys.At(KeyDirectory, Addresses.Sandbox, Given),
        .. Access,
        .. Addresses.Variables,
        .. Addresses.RolesOf(service),
        .. _options.Settings,
    ];

    private string KeyDirectory => Path.Combine(_options.DataDirectory, "keys");

    private IReadOnlyDictionary<string, string> Access => AccessKeys.At(KeyDirectory, Given);

    // A new installation has something to look at, unless the user says otherwise. Local is not production, and not
    // Development either, in which the services would check more than they do elsewhere.
    private IEnumerable<KeyValuePair<string, string>> Synthetic() =>
        new Dictionary<string, string> { ["PYLON_SYNTHETIC_WORLD"] = "on", ["DOTNET_ENVIRONMENT"] = "Local" }
            .Where(setting => Given(setting.Key) is null);

    // What is exported on the machine must not change a test.
    private string? Given(string setting)
    {
        if (_options.Settings.TryGetValue(setting, out var given))
            return given;
        return !_options.Throwaway && Environment.GetEnvironmentVariable(setting) is { Length: > 0 } exported ? exported : null;
    }

    private string LogOf(string name) => Path.Combine(_options.LogDirectory, name + ".log");
}
