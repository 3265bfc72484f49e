using System.Globalization;
using Pylon.EndToEnd.Tests.Clients;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Services;

namespace Pylon.EndToEnd.Tests.Stacks;

/// <summary>
/// The product as it is run: one process each of Sandbox, Ingestion, Conductor and Gateway and any number of Orchestrators, started
/// from their build output. PostgreSQL and Redis are given. Logs are in <c>.pylon/logs/end-to-end</c>.
/// </summary>
internal sealed class TestStack : IAsyncDisposable
{
    private readonly List<ServiceProcess> _orchestrators = [];

    private TestStack(string name, StackServers servers, int orchestrators, IReadOnlyDictionary<string, string> settings)
    {
        var ports = new DistinctPorts();
        Settings common = new(settings)
        {
            // A stack that wants the sources visited says so: values that come in while a test looks would be in its way.
            ["Sources__Scheduled"] = settings.GetValueOrDefault("Sources__Scheduled") ?? "false",
            ["PYLON_POSTGRES"] = servers.PostgresUri,
            ["PYLON_REDIS"] = servers.Redis,
            // Of the machine's own settings none must reach the processes.
            ["GEMINI_API_KEY"] = "",
            ["BPP_ID"] = "sandbox.pylon.local",
        };
        var (sandbox, gateway) = (ports.Next(), (Http: ports.Next(), Grpc: ports.Next()));
        var ingestion = (Http: ports.Next(), Grpc: ports.Next());
        var conductor = (Http: ports.Next(), Grpc: ports.Next());
        var taking = Enumerable.Range(0, orchestrators).Select(_ => (Http: ports.Next(), Grpc: ports.Next())).ToList();
        common["PYLON_SANDBOX"] = Local(sandbox);
        foreach (var (setting, value) in SandboxSettings.At(Local(sandbox), settings.GetValueOrDefault))
            common[setting] = value;
        common["PYLON_URL"] = Local(gateway.Http);
        common["PYLON_GRPC"] = Local(gateway.Grpc);
        common["BAP_URI"] = Local(gateway.Http) + "/beckn";
        common["PYLON_INGESTION"] = Local(ingestion.Grpc);
        common["PYLON_CONDUCTOR"] = Local(conductor.Grpc);
        common["PYLON_ORCHESTRATOR"] = string.Join(',', taking.Select(port => Local(port.Grpc)));

        var checkout = Checkout.Find();
        var logs = Path.Combine(checkout.Logs, "end-to-end", name);
        ServiceProcess Process(string called, string project, int http, int? grpc) =>
            new(called, checkout.Program(project, Configuration), Path.Combine(logs, called + ".log"), http, grpc, common);

        SandboxProcess = Process("sandbox", "Sandbox", sandbox, null);
        Ingestion = Process("ingestion", "Ingestion", ingestion.Http, ingestion.Grpc);
        Conductor = Process("conductor", "Conductor", conductor.Http, conductor.Grpc);
        GatewayProcess = Process("gateway", "Gateway", gateway.Http, gateway.Grpc);
        _orchestrators.AddRange(taking.Select((port, n) => Process($"orchestrator-{n + 1}", "Orchestrator", port.Http, port.Grpc)));
        Gateway = new GatewayClient(Local(gateway.Http));
        Sandbox = new SandboxAdmin(Local(sandbox));
        Database = new Database(servers.PostgresConnection);
        GrpcAddress = Local(gateway.Grpc);
    }

    /// <summary>The one door.</summary>
    public GatewayClient Gateway { get; }

    /// <summary>The outside world, seen from its own side.</summary>
    public SandboxAdmin Sandbox { get; }

    /// <summary>What psql would see.</summary>
    public Database Database { get; }

    /// <summary>h2c.</summary>
    public string GrpcAddress { get; }

    public ServiceProcess SandboxProcess { get; }

    public ServiceProcess Ingestion { get; }

    public ServiceProcess Conductor { get; }

    public ServiceProcess GatewayProcess { get; }

    public IReadOnlyList<ServiceProcess> Orchestrators => _orchestrators;

    /// <summary>All of ours that should be running.</summary>
    public IEnumerable<ServiceProcess> Processes => [SandboxProcess, Ingestion, Conductor, GatewayProcess, .. _orchestrators];

    // The same as ours, so that a build of the tests is a build of what they run.
    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>Starts one Orchestrator and everything else side by side, and waits until all is healthy.</summary>
    /// <param name="name">The folder of its logs.</param>
    /// <param name="servers">PostgreSQL and Redis.</param>
    /// <param name="orchestrators">How many there may be; <see cref="RunOrchestratorsAsync"/> starts the others.</param>
    /// <param name="settings">On top of the addresses, for every process.</param>
    public static async Task<TestStack> StartAsync(
        string name, StackServers servers, int orchestrators, IReadOnlyDictionary<string, string> settings)
    {
        var stack = new TestStack(name, servers, orchestrators, settings);
        try
        {
            await Task.WhenAll(
                [.. stack.Processes.Except(stack._orchestrators.Skip(1)).Select(process => process.StartAsync())]);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has exactly the first so many Orchestrators running.</summary>
    public Task RunOrchestratorsAsync(int count) => Task.WhenAll(_orchestrators.Select((process, n) => (n < count, process.IsRunning) switch
    {
        (true, false) => process.StartAsync(),
        (false, true) => process.StopAsync(),
        _ => Task.CompletedTask,
    }));

    public async ValueTask DisposeAsync()
    {
        Gateway.Dispose();
        Sandbox.Dispose();
        await Task.WhenAll(Processes.Select(process => process.DisposeAsync().AsTask()));
        await Database.DisposeAsync();
    }

    private static string Local(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    private sealed class Settings(IReadOnlyDictionary<string, string> start) : Dictionary<string, string>(start);

    private sealed class DistinctPorts
    {
        private readonly HashSet<int> _given = [];

        public int Next()
        {
            while (true)
            {
                var port = Ports.Throwaway();
                if (_given.Add(port))
                    return port;
            }
        }
    }
}

/// <summary>The servers under a stack, in the notations of those who connect.</summary>
internal sealed record StackServers(string PostgresUri, string PostgresConnection, string Redis);
