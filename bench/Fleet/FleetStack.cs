using System.Net.Http.Json;
using Npgsql;
using Pylon.Bench.Harness;
using Pylon.Client;
using Pylon.LocalStack.Processes;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;
using Pylon.LocalStack.Stacks;

namespace Pylon.Bench.Fleet;

/// <summary>
/// What <c>./pylon up --fleet</c> starts: several processes of each service on one durable PostgreSQL and a Redis Cluster of
/// six. The provider answers each message after <see cref="ProviderDelay"/>, so that an Orchestrator waits more than it works.
/// </summary>
internal sealed class FleetStack : IAsyncDisposable
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan ProviderDelay = TimeSpan.FromSeconds(1);
    private const int RedisNodes = 6;

    private const string Submit =
        """
        INSERT INTO compute_workloads (workload_name, workload_type, urgency, required_gpu_mins, estimated_energy_kwh)
        SELECT 'fleet ' || n, 'TRAINING_RUN', 'LOW', 120, 40 FROM generate_series(1, $1) n
        """;

    private readonly RunningStack _stack;

    private FleetStack(RunningStack stack, PrivatePostgres postgres)
    {
        _stack = stack;
        Database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { SearchPath = "orchestrator", CommandTimeout = 600 });
        Client = new PylonClient(stack.Addresses.Grpc);
        Orchestrators = Of(ServiceDefinition.Orchestrator);
    }

    public NpgsqlDataSource Database { get; }

    /// <summary>Knows both Gateways.</summary>
    public PylonClient Client { get; }

    public IReadOnlyList<StackProcess> Orchestrators { get; }

    /// <summary>Every process that a user would roll, callees before callers.</summary>
    public IReadOnlyList<StackProcess> Services =>
        [.. ServiceDefinition.All.Where(service => service != ServiceDefinition.Sandbox).SelectMany(Of)];

    public static async Task<FleetStack> StartAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var postgres = await run.StartDurablePostgresAsync(cancellationToken);
        var addresses = StackAddresses.Choose(null, postgres.Uri, random: true, redisNodes: RedisNodes, replicas: ServiceDefinition.Fleet);
        var options = new StackOptions(run.Checkout, addresses)
        {
            DataDirectory = Path.Combine(run.Checkout.Home, "bench-fleet"),
            LogDirectory = Path.Combine(run.Checkout.Logs, "bench", "fleet"),
            Services = [.. ServiceDefinition.All, .. ServiceDefinition.Fleet],
            Throwaway = true,
            Settings = new Dictionary<string, string>
            {
                ["SANDBOX_BPP_STYLE"] = "sync",
                ["GEMINI_API_KEY"] = "",
                ["Bpp__Lease"] = Lease.ToString(),
            },
        };
        var stack = new FleetStack(await RunningStack.StartAsync(options, cancellationToken), postgres);
        using var sandbox = new HttpClient { BaseAddress = new Uri(addresses.Sandbox) };
        (await sandbox.PostAsJsonAsync("/admin/bpp/faults", new { kind = "delay", count = 0, delay_ms = ProviderDelay.TotalMilliseconds }, cancellationToken)).EnsureSuccessStatusCode();
        return stack;
    }

    /// <summary>Starts and stops Orchestrators until exactly the first <paramref name="count"/> run.</summary>
    public Task RunOrchestratorsAsync(int count, CancellationToken cancellationToken) => StackProcess.RunFirstAsync(Orchestrators, count, cancellationToken);

    /// <summary>Submits workloads until so many wait.</summary>
    public async Task FillAsync(int backlog, CancellationToken cancellationToken)
    {
        var missing = backlog - await CountAsync("SELECT count(*) FROM compute_workloads WHERE status = 'queued'", cancellationToken);
        if (missing <= 0)
            return;
        await using var submit = Database.CreateCommand(Submit);
        submit.Parameters.Add(new() { Value = (int)missing });
        await submit.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<long> CountAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Database.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken));
    }

    public async Task<IReadOnlyDictionary<Guid, Guid>> LeasesAsync(CancellationToken cancellationToken)
    {
        await using var command = Database.CreateCommand("SELECT id, lease_owner FROM compute_workloads WHERE lease_owner IS NOT NULL");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var leases = new Dictionary<Guid, Guid>();
        while (await reader.ReadAsync(cancellationToken))
            leases[reader.GetGuid(0)] = reader.GetGuid(1);
        return leases;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Database.DisposeAsync();
        await _stack.DisposeAsync();
    }

    private IReadOnlyList<StackProcess> Of(ServiceDefinition service) =>
        [.. _stack.Processes.Where(process => service.Runs(process.Name))];
}
