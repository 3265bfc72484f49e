using Pylon.EndToEnd.Tests.Clients;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;
using Pylon.LocalStack.Services;
using Pylon.LocalStack.Stacks;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests.Stacks;

/// <summary>
/// A <see cref="RunningStack"/> on given servers, with clients for its Gateway, its Sandbox and its database. It may have
/// several processes of a service. Logs are in <c>.pylon/logs/end-to-end</c>.
/// </summary>
internal sealed class TestStack : IAsyncDisposable
{
    private readonly RunningStack _stack;

    private TestStack(RunningStack stack, string postgresConnection, IEnumerable<ServiceDefinition> replicas, string? apiKey)
    {
        _stack = stack;
        Replicas = [.. replicas.Select(stack.Add)];
        Orchestrators = [Orchestrator, .. Replicas.Where(process => ServiceDefinition.Orchestrator.Runs(process.Name))];
        Gateway = new GatewayClient(stack.Addresses.Url, apiKey);
        Sandbox = new SandboxAdmin(stack.Addresses.Sandbox);
        Database = new Database(postgresConnection);
    }

    /// <summary>The Gateway's REST API.</summary>
    public GatewayClient Gateway { get; }

    /// <summary>The Sandbox's faults and books.</summary>
    public SandboxAdmin Sandbox { get; }

    /// <summary>Plain SQL, as with psql.</summary>
    public Database Database { get; }

    /// <summary>The pylon command.</summary>
    public PylonCommand Pylon => new(GrpcAddress);

    /// <summary>The Gateway's HTTP address.</summary>
    public string Url => _stack.Addresses.Url;

    /// <summary>h2c; of all Gateways.</summary>
    public string GrpcAddress => _stack.Addresses.Grpc;

    public StackProcess SandboxProcess => _stack["sandbox"];

    public StackProcess Conductor => _stack["conductor"];

    /// <summary>All of them, of which the first was started.</summary>
    public IReadOnlyList<StackProcess> Orchestrators { get; }

    /// <summary>Processes beside one of each service, which a test starts.</summary>
    public IReadOnlyList<StackProcess> Replicas { get; }

    public IEnumerable<StackProcess> Processes => _stack.Processes;

    private StackProcess Orchestrator => _stack["orchestrator"];

    /// <summary>Settings with which work goes on soon after something was killed.</summary>
    public static IReadOnlyDictionary<string, string> Impatient { get; } = new Dictionary<string, string>
    {
        ["BPP_POLL_INTERVAL"] = "1",
        ["Bpp__Lease"] = "00:00:03",
        ["Bpp__MaxAttempts"] = "10",
        ["Bpp__RetryDelay"] = "00:00:00.2",
        ["Bpp__MaxRetryDelay"] = "00:00:02",
        ["Bpp__HttpTimeout"] = "00:00:05",
        ["Bpp__CallbackTimeout"] = "00:00:08",
        ["Bpp__BreakDuration"] = "00:00:00.5",
        ["SANDBOX_PART_MS"] = "100",
    };

    /// <summary>Starts one process of each service and waits until all are healthy.</summary>
    /// <param name="name">The folder of its logs.</param>
    /// <param name="servers">PostgreSQL and Redis.</param>
    /// <param name="replicas">What there may be beside them.</param>
    /// <param name="settings">Settings of every process, beside the addresses.</param>
    public static async Task<TestStack> StartAsync(
        string name, StackServers servers, IReadOnlyList<ServiceDefinition> replicas, IReadOnlyDictionary<string, string> settings)
    {
        var checkout = Checkout.Find();
        var addresses = StackAddresses.Choose(null, servers.PostgresUri, servers.Redis, random: true, replicas: replicas);
        var stack = await RunningStack.StartAsync(new StackOptions(checkout, addresses)
        {
            LogDirectory = Path.Combine(checkout.Logs, "end-to-end", name),
            Configuration = TestProcess.Configuration,
            Throwaway = true,
            Settings = new Dictionary<string, string>(settings)
            {
                // Values that arrive during a test would change what it sees.
                ["Sources__Scheduled"] = "false",
                // Nothing that is exported on the machine may reach the processes.
                ["GEMINI_API_KEY"] = "",
                ["ML_ENGINE_URL"] = "",
                ["RAG_SERVICE_URL"] = "",
                ["API_PORT"] = "",
                ["BPP_ID"] = "sandbox.pylon.local",
            },
        });
        return new TestStack(stack, servers.PostgresConnection, replicas, settings.GetValueOrDefault(AccessKeys.KeySetting));
    }

    /// <summary>Starts and stops Orchestrators until exactly the first <paramref name="count"/> run.</summary>
    public Task RunOrchestratorsAsync(int count) => StackProcess.RunFirstAsync(Orchestrators, count);

    public async ValueTask DisposeAsync()
    {
        Gateway.Dispose();
        Sandbox.Dispose();
        await _stack.DisposeAsync();
        await Database.DisposeAsync();
    }
}

/// <summary>The servers of a stack, PostgreSQL in libpq's and in Npgsql's notation.</summary>
internal sealed record StackServers(string PostgresUri, string PostgresConnection, string Redis);
