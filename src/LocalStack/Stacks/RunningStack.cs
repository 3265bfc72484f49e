using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;

namespace Pylon.LocalStack.Stacks;

/// <summary>
/// The whole of Pylon on one machine: PostgreSQL, Redis (unless they are given), the Sandbox and the services, each a
/// process of its own. Disposing stops what was started, in the reverse order.
/// </summary>
public sealed class RunningStack : IAsyncDisposable
{
    private readonly List<StackProcess> _processes = [];
    private readonly StackOptions _options;
    private readonly Action? _changed;

    private RunningStack(StackOptions options, Action? changed) => (_options, _changed) = (options, changed);

    /// <summary>What runs where.</summary>
    public StackAddresses Addresses => _options.Addresses;

    /// <summary>Everything that was started, in the order of its start.</summary>
    public IReadOnlyList<StackProcess> Processes => _processes;

    /// <summary>The process of this name.</summary>
    public StackProcess this[string name] => _processes.First(process => process.Name == name);

    /// <summary>Starts everything and waits until all of it is healthy.</summary>
    /// <exception cref="StackException">A process did not come up; what came up before it is stopped again.</exception>
    public static async Task<RunningStack> StartAsync(StackOptions options, CancellationToken cancellationToken = default) =>
        await StartAsync(options, changed: null, cancellationToken);

    internal static async Task<RunningStack> StartAsync(StackOptions options, Action<RunningStack>? changed, CancellationToken cancellationToken)
    {
        RunningStack? stack = null;
        stack = new RunningStack(options, changed is null ? null : () => changed(stack!));
        try
        {
            await stack.StartServersAsync(cancellationToken);
            foreach (var service in options.Services)
                await stack.StartAsync(stack.Service(service), cancellationToken);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Another process of a service, on ports of its own and with the same settings, except for those given.</summary>
    public async Task<ServiceProcess> StartAnotherAsync(
        ServiceDefinition service, string name, IReadOnlyDictionary<string, string>? settings = null, CancellationToken cancellationToken = default)
    {
        var environment = Settings().Concat(settings ?? new Dictionary<string, string>());
        var process = new ServiceProcess(
            name, Program(service), LogOf(name), Ports.Throwaway(), service.GrpcPort is null ? null : Ports.Throwaway(), environment);
        await StartAsync(process, cancellationToken);
        return process;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Callers before callees, servers last: nobody sees its dependency go.
        foreach (var process in Enumerable.Reverse(_processes).ToList())
            await process.DisposeAsync();
        _processes.Clear();
    }

    private async Task StartServersAsync(CancellationToken cancellationToken)
    {
        if (Addresses.Ports.TryGetValue(StackAddresses.PostgresKey, out var postgresPort))
        {
            await StartAsync(
                await PrivatePostgres.CreateAsync(
                    new PrivatePostgresOptions(Path.Combine(_options.DataDirectory, "postgresql"), LogOf(StackAddresses.PostgresKey), postgresPort)
                    {
                        Durable = !_options.Throwaway,
                        Throwaway = _options.Throwaway,
                        FallbackDirectory = $"/var/tmp/pylon-{new Checkout(_options.DataDirectory).Hash}",
                        Report = _options.Reporter.Note,
                    },
                    cancellationToken),
                cancellationToken);
        }

        if (Addresses.Ports.TryGetValue(StackAddresses.RedisKey, out var redisPort))
        {
            await StartAsync(
                PrivateRedis.Create(new PrivateRedisOptions(Path.Combine(_options.DataDirectory, "redis"), LogOf(StackAddresses.RedisKey), redisPort)
                {
                    Throwaway = _options.Throwaway,
                }),
                cancellationToken);
        }
    }

    private async Task StartAsync(StackProcess process, CancellationToken cancellationToken)
    {
        process.Changed = _changed;
        _processes.Add(process);
        await _options.Reporter.StepAsync(
            process.Name,
            async () =>
            {
                await process.StartAsync(cancellationToken);
                return process;
            },
            started => started.Address);
    }

    private ServiceProcess Service(ServiceDefinition service) =>
        new(service.Name, Program(service), LogOf(service.Name), Addresses.HttpPort(service), Addresses.GrpcPort(service), Settings());

    // A later one wins: what the caller says goes over all.
    private IEnumerable<KeyValuePair<string, string>> Settings()
    {
        yield return new("BAP_URI", $"{Addresses.Url}/beckn");
        // A local stack does not visit the world's real servers unasked.
        foreach (var setting in SandboxSettings.At(Addresses.Sandbox, Exported))
            yield return setting;
        foreach (var variable in Addresses.Variables)
            yield return variable;
        foreach (var setting in _options.Settings)
            yield return setting;
    }

    private static string? Exported(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;

    private string Program(ServiceDefinition service) => _options.Checkout.Program(service.Project, _options.Configuration);

    private string LogOf(string name) => Path.Combine(_options.LogDirectory, name + ".log");
}
