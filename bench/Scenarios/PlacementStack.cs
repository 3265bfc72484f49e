using Npgsql;
using Pylon.Bench.Harness;
using Pylon.LocalStack.Processes;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;

namespace Pylon.Bench.Scenarios;

/// <summary>What places workloads: a durable PostgreSQL, Redis, a provider that answers in the response, Ingestion, the Orchestrator.</summary>
internal sealed class PlacementStack : IAsyncDisposable
{
    private PlacementStack(PrivatePostgres postgres, PrivateRedis redis, ServiceProcess sandbox, ServiceProcess ingestion, ServiceProcess orchestrator)
    {
        (Postgres, Redis, Orchestrator) = (postgres, redis, orchestrator);
        Database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { SearchPath = "orchestrator", CommandTimeout = 600 });
        Processes = [("PostgreSQL", postgres), ("Orchestrator", orchestrator), ("Sandbox", sandbox), ("Ingestion", ingestion), ("Redis", redis)];
    }

    public PrivatePostgres Postgres { get; }

    public PrivateRedis Redis { get; }

    public ServiceProcess Orchestrator { get; }

    public NpgsqlDataSource Database { get; }

    /// <summary>All of them, with the names of their columns.</summary>
    public IReadOnlyList<(string Name, StackProcess Process)> Processes { get; }

    public static async Task<PlacementStack> StartAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var postgres = await run.StartDurablePostgresAsync(cancellationToken);
        var redis = await run.StartRedisAsync(cancellationToken);
        Dictionary<string, string> settings = new()
        {
            ["PYLON_POSTGRES"] = postgres.Uri,
            ["PYLON_REDIS"] = redis.Address,
            ["BAP_URI"] = "http://127.0.0.1/beckn",
            ["SANDBOX_BPP_STYLE"] = "sync",
            ["GEMINI_API_KEY"] = "",
            ["PYLON_CONDUCTOR"] = "http://127.0.0.1:1",
        };
        var sandbox = await run.StartAsync(ServiceDefinition.Sandbox, settings, cancellationToken);
        foreach (var (name, value) in SandboxSettings.At($"http://127.0.0.1:{sandbox.HttpPort}", _ => null))
            settings[name] = value;
        var ingestion = await run.StartAsync(ServiceDefinition.Ingestion, settings, cancellationToken);
        settings["PYLON_INGESTION"] = $"http://127.0.0.1:{ingestion.GrpcPort}";
        return new PlacementStack(postgres, redis, sandbox, ingestion, await run.StartAsync(ServiceDefinition.Orchestrator, settings, cancellationToken));
    }

    public async Task<long> CountAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Database.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken));
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
