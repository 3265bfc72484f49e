using System.Diagnostics;
using Grpc.Net.Client;
using Npgsql;
using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;
using Pylon.Orchestrator.V1;

namespace Pylon.Bench.Scenarios;

/// <summary>A page of the live state of 10,000 objects through the Gateway, by gRPC and REST, against a plain SELECT of the same rows.</summary>
internal sealed class LiveStateScenario() : Scenario("live-state", "a page of 10,000 objects by gRPC and REST against a plain SELECT of the same rows")
{
    private const int Objects = 10_000;
    private const int Requests = 5;

    // 9,000 workloads, each of a user, an operator and a data centre; every ninth waits for a choice among three options.
    private const string Fill =
        """
        SET session_replication_role = replica;
        INSERT INTO operators (name, operator_name, operator_type) SELECT n, n, 'enterprise' FROM (SELECT 'operator ' || n FROM generate_series(1, 50) n) o (n);
        INSERT INTO users (email, user_email, user_name, role, operator_id)
        SELECT n || '@example.org', n || '@example.org', 'user ' || n, 'researcher', (SELECT id FROM operators WHERE name = 'operator ' || (1 + n % 50)) FROM generate_series(1, 500) n;
        INSERT INTO data_centres (dc_id, name, operator_id, region_id, pue, flexibility_rating, total_capacity_teraflops)
        SELECT 'DC-' || n, 'data centre ' || n, (SELECT id FROM operators WHERE name = 'operator ' || (1 + n % 50)), 1 + n % 14, 1.2, 0.5, 1000 FROM generate_series(1, 250) n;
        INSERT INTO storage_assets (asset_id, name, capacity_mwh, operator_id, region_id) SELECT 'S-' || n, 'battery ' || n, 10, (SELECT id FROM operators WHERE name = 'operator 1'), 1 + n % 14 FROM generate_series(1, 100) n;
        INSERT INTO agents (agent_id, name, agent_type, operator_id) SELECT 'A-' || n, 'agent ' || n, 'GRID_OPERATOR', (SELECT id FROM operators WHERE name = 'operator 2') FROM generate_series(1, 100) n;
        INSERT INTO compute_workloads (job_id, workload_name, workload_type, urgency, required_gpu_mins, carbon_cap_gco2, bpp_processed, user_email, user_id, operator_id, host_dc_id,
            status, recommended_1_grid_zone_id, recommended_2_grid_zone_id, recommended_3_grid_zone_id, llm_select_init_confirm)
        SELECT 'job ' || n, 'workload ' || n, 'TRAINING_RUN', 'MEDIUM', 60, 150, true, u.email, u.id, u.operator_id, d.id,
            CASE WHEN n % 9 = 0 THEN 'pending_user_choice' ELSE 'queued' END, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), CASE WHEN n % 9 = 0 THEN repeat('A summary. ', 40) END
        FROM generate_series(1, 9000) n JOIN users u ON u.email = (1 + n % 500) || '@example.org' JOIN data_centres d ON d.dc_id = 'DC-' || (1 + n % 250);
        INSERT INTO workload_recommendations (workload_id, rank, grid_zone_id, recommendation)
        SELECT w.id, r, gen_random_uuid(), jsonb_build_object('rank', r, 'gridZoneId', gen_random_uuid(), 'gridZoneCode', 'GB-R01', 'zoneName', 'North Scotland', 'region', 'North Scotland',
            'country', 'GB', 'renewableMixPercent', 80.5, 'carbonIntensityGco2Kwh', 45, 'score', 76, 'source', 'RECOMMENDATION_SOURCE_GRID', 'bookingState', 'BOOKING_STATE_NONE',
            'window', jsonb_build_object('startTime', '2026-03-04T10:00:00Z', 'endTime', '2026-03-04T10:30:00Z'))
        FROM compute_workloads w, generate_series(1, 3) r WHERE w.status = 'pending_user_choice';
        ANALYZE;
        """;

    private const string Rows =
        """
        SELECT * FROM operators; SELECT * FROM users; SELECT * FROM data_centres; SELECT * FROM storage_assets; SELECT * FROM agents;
        SELECT * FROM compute_workloads ORDER BY submitted_at DESC, id DESC; SELECT * FROM workload_recommendations;
        """;

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var postgres = await run.StartPostgresAsync(cancellationToken);
        var redis = await run.StartRedisAsync(cancellationToken);
        var gateway = await StartAsync(run, postgres, redis, cancellationToken);
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { SearchPath = "orchestrator" });
        await using (var fill = database.CreateCommand(Fill))
            await fill.ExecuteNonQueryAsync(cancellationToken);

        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{gateway.GrpcPort}", new GrpcChannelOptions { MaxReceiveMessageSize = null });
        var client = new RegistryService.RegistryServiceClient(channel);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{gateway.HttpPort}") };
        var state = await client.GetLiveStateAsync(new GetLiveStateRequest { PageSize = Objects }, cancellationToken: cancellationToken);
        await run.CompareAsync(
            $"{Objects} objects in a page",
            "objects",
            [
                new("SELECT of the rows", token => TimeAsync(() => SelectAsync(database, token))) { IsPeer = true },
                new("gRPC", token => TimeAsync(async () => Check(Count(await client.GetLiveStateAsync(new GetLiveStateRequest { PageSize = Objects }, cancellationToken: token))))) { Bar = Bar.AtMost("ms", 200) },
                new("REST", token => TimeAsync(async () => (await http.GetByteArrayAsync($"/api/v1/live-state?page_size={Objects}", token)).Length)) { Bar = Bar.AtMost("ms", 200) },
            ],
            cancellationToken);
        var json = await http.GetByteArrayAsync($"/api/v1/live-state?page_size={Objects}", cancellationToken);
        run.Note($"{Count(state)} objects and {state.Links.Count} links: {state.CalculateSize() / 1e6:0.0} MB as protobuf, {json.Length / 1e6:0.0} MB as JSON; ms is the median of {Requests} requests");
    }

    private static async Task<ServiceProcess> StartAsync(BenchRun run, PrivatePostgres postgres, PrivateRedis redis, CancellationToken cancellationToken)
    {
        Dictionary<string, string> settings = new() { ["PYLON_POSTGRES"] = postgres.Uri, ["PYLON_REDIS"] = redis.Address, ["BAP_URI"] = "http://127.0.0.1/beckn" };
        var sandbox = await run.StartAsync(ServiceDefinition.Sandbox, settings, cancellationToken);
        foreach (var (name, value) in SandboxSettings.At($"http://127.0.0.1:{sandbox.HttpPort}", _ => null))
            settings[name] = value;
        foreach (var service in (ServiceDefinition[])[ServiceDefinition.Ingestion, ServiceDefinition.Conductor, ServiceDefinition.Orchestrator, ServiceDefinition.Insights])
            settings[$"PYLON_{service.Project.ToUpperInvariant()}"] = $"http://127.0.0.1:{(await run.StartAsync(service, settings, cancellationToken)).GrpcPort}";
        return await run.StartAsync(ServiceDefinition.Gateway, settings, cancellationToken);
    }

    private static async Task<Work> TimeAsync(Func<Task<int>> request)
    {
        var times = new List<double>();
        for (var n = 0; n < Requests; n++)
        {
            var start = Stopwatch.GetTimestamp();
            await request();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return new Work(Objects * Requests) { More = new Dictionary<string, double> { ["ms"] = times.Order().ElementAt(Requests / 2) } };
    }

    // Every value is read, as an answer reads it.
    private static async Task<int> SelectAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Rows);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var values = new object[100];
        var rows = 0;
        do
        {
            for (; await reader.ReadAsync(cancellationToken); rows++)
                reader.GetValues(values);
        }
        while (await reader.NextResultAsync(cancellationToken));
        return rows;
    }

    private static int Count(GetLiveStateResponse state) =>
        state.Workloads.Count + state.Operators.Count + state.Users.Count + state.DataCentres.Count + state.StorageAssets.Count + state.Agents.Count;

    private static int Check(int objects) => objects == Objects ? objects : throw new StackException($"the page has {objects} objects");
}
