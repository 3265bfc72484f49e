using System.Net;
using System.Net.Sockets;
using Npgsql;
using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;

namespace Pylon.Bench.Door;

/// <summary>
/// The real Orchestrator with PostgreSQL and workloads that wait for a choice among three recommendations, the Gateway in
/// front of it, and room for a peer beside the Gateway. Nothing else runs: its provider and its sources never answer, so that
/// workloads which are submitted stay where they are.
/// </summary>
internal sealed class DoorStack : IDisposable
{
    private const int Workloads = 100;

    // A service runs for weeks; the compilation of its methods at the start is not measured.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);

    private const string Fill =
        """
        SET session_replication_role = replica;
        INSERT INTO users (email, user_email, user_name, role) VALUES ('ada@example.org', 'ada@example.org', 'Ada', 'researcher');
        INSERT INTO compute_workloads (job_id, workload_name, workload_type, urgency, required_gpu_mins, carbon_cap_gco2, bpp_processed, user_email,
            status, recommended_1_grid_zone_id, recommended_2_grid_zone_id, recommended_3_grid_zone_id, llm_select_init_confirm)
        SELECT 'job ' || n, 'workload ' || n, 'TRAINING_RUN', 'MEDIUM', 60, 150, true, n || '@example.org', 'pending_user_choice', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), repeat('A summary. ', 40)
        FROM generate_series(1, 100) n;
        INSERT INTO workload_recommendations (workload_id, rank, grid_zone_id, recommendation)
        SELECT w.id, r, gen_random_uuid(), jsonb_build_object('rank', r, 'gridZoneId', gen_random_uuid(), 'gridZoneCode', 'GB-R01', 'zoneName', 'North Scotland', 'region', 'North Scotland',
            'country', 'GB', 'renewableMixPercent', 80.5, 'carbonIntensityGco2Kwh', 45, 'score', 76, 'source', 'RECOMMENDATION_SOURCE_GRID', 'bookingState', 'BOOKING_STATE_NONE',
            'window', jsonb_build_object('startTime', '2026-03-04T10:00:00Z', 'endTime', '2026-03-04T10:30:00Z'))
        FROM compute_workloads w, generate_series(1, 3) r;
        ANALYZE;
        """;

    private readonly TcpListener _silentProvider = new(IPAddress.Loopback, 0);

    private DoorStack(PrivatePostgres postgres)
    {
        Postgres = postgres;
        _silentProvider.Start();
    }

    public PrivatePostgres Postgres { get; }

    public ServiceProcess Orchestrator { get; private set; } = null!;

    public ServiceProcess Gateway { get; private set; } = null!;

    /// <summary>The ids of the workloads.</summary>
    public IReadOnlyList<Guid> Ids { get; private set; } = [];

    public static async Task<DoorStack> StartAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var stack = new DoorStack(await run.StartPostgresAsync(cancellationToken));
        var redis = await run.StartRedisAsync(cancellationToken);
        var provider = $"http://{stack._silentProvider.LocalEndpoint}";
        Dictionary<string, string> settings = new()
        {
            ["PYLON_POSTGRES"] = stack.Postgres.Uri,
            ["PYLON_REDIS"] = redis.Address,
            ["BAP_URI"] = "http://127.0.0.1/beckn",
            ["PYLON_INGESTION"] = provider,
            ["PYLON_CONDUCTOR"] = provider,
            ["Bpp__MaxInFlight"] = "1",
            ["Bpp__MaxWorkloadsPerCycle"] = "1",
            ["Decisions__MaxInFlight"] = "1",
            ["Decisions__Batch"] = "1",
        };
        foreach (var (name, value) in SandboxSettings.At(provider, _ => null))
            settings[name] = value;
        stack.Orchestrator = await run.StartAsync(ServiceDefinition.Orchestrator, settings, cancellationToken);
        // It stands for the others as well, so that the Gateway finds all healthy.
        foreach (var name in (string[])["PYLON_INGESTION", "PYLON_CONDUCTOR", "PYLON_ORCHESTRATOR", "PYLON_INSIGHTS"])
            settings[name] = $"http://127.0.0.1:{stack.Orchestrator.GrpcPort}";
        stack.Gateway = await run.StartAsync(ServiceDefinition.Gateway, settings, cancellationToken);
        stack.Ids = await FillAsync(stack.Postgres, cancellationToken);
        return stack;
    }

    /// <summary>Load through all doors in turn until their code is compiled as it will stay.</summary>
    public static async Task WarmAsync(IReadOnlyCollection<Func<TimeSpan, Task<Work>>> loads)
    {
        foreach (var load in loads)
            await load(TimeSpan.FromSeconds(Math.Ceiling(WarmUp.TotalSeconds / loads.Count)));
    }

    /// <summary>
    /// A contender whose CPU time is that of the door alone; the service and PostgreSQL have columns of their own.
    /// </summary>
    /// <param name="name">In the table.</param>
    /// <param name="door">The process id of the door; null for none.</param>
    /// <param name="load">One round.</param>
    public Contender Contender(string name, int? door, Func<CancellationToken, Task<Work>> load) => new(name, load)
    {
        Processes = () => door is { } pid ? [pid] : [],
        Parts = [("service", Orchestrator.Pid), ("PostgreSQL", Postgres.Pid)],
    };

    public void Dispose() => _silentProvider.Dispose();

    private static async Task<List<Guid>> FillAsync(PrivatePostgres postgres, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { SearchPath = "orchestrator" });
        await using (var fill = database.CreateCommand(Fill))
            await fill.ExecuteNonQueryAsync(cancellationToken);
        await using var select = database.CreateCommand("SELECT id FROM compute_workloads");
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetGuid(0));
        return ids.Count == Workloads ? ids : throw new StackException($"{ids.Count} workloads in place of {Workloads}");
    }
}
