using System.Diagnostics;
using System.Globalization;
using Grpc.Net.Client;
using Npgsql;
using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Services;
using Pylon.Orchestrator.V1;

namespace Pylon.Bench.Scenarios;

/// <summary>One GetWorkload in the Orchestrator: what PostgreSQL pays for it, beside pgbench that reads the same rows, prepared and in one round trip.</summary>
internal sealed class GetWorkloadScenario() : Scenario("get-workload", "PostgreSQL's CPU for one GetWorkload against pgbench -M prepared on the same rows")
{
    private const int Workloads = 1000;
    private const int Callers = 8;
    private const double MostCpu = 120;

    // About what the service reads. The fewer a second, the dearer is each: its process sleeps between them.
    private const int Rate = 4000;
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    // Scheduled, with three options each and a run.
    private const string Fill =
        """
        SET session_replication_role = replica;
        INSERT INTO compute_workloads (id, job_id, workload_name, workload_type, urgency, required_gpu_mins, carbon_cap_gco2, bpp_processed, user_email, status, chosen_option,
            recommended_1_grid_zone_id, recommended_2_grid_zone_id, recommended_3_grid_zone_id, llm_select_init_confirm)
        SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'job ' || n, 'workload ' || n, 'TRAINING_RUN', 'MEDIUM', 60, 150, true, 'a@example.org', 'scheduled', 1,
            gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), repeat('A summary. ', 40) FROM generate_series(1, 1000) n;
        INSERT INTO workload_recommendations (workload_id, rank, grid_zone_id, recommendation)
        SELECT w.id, r, gen_random_uuid(), jsonb_build_object('rank', r, 'gridZoneId', gen_random_uuid(), 'gridZoneCode', 'GB-R01', 'zoneName', 'North Scotland', 'region', 'North Scotland',
            'country', 'GB', 'renewableMixPercent', 80.5, 'carbonIntensityGco2Kwh', 45, 'score', 76, 'source', 'RECOMMENDATION_SOURCE_GRID', 'bookingState', 'BOOKING_STATE_NONE',
            'window', jsonb_build_object('startTime', '2026-03-04T10:00:00Z', 'endTime', '2026-03-04T10:30:00Z'))
        FROM compute_workloads w, generate_series(1, 3) r;
        INSERT INTO workload_runs (workload_id, pipeline, correlation_id, state, ended_at) SELECT id, 'training', id::text, 'cancelled', now() FROM compute_workloads;
        ANALYZE;
        """;

    private const string Script =
        """
        \set n random(1, 1000)
        \startpipeline
        SELECT * FROM compute_workloads WHERE id = ('00000000-0000-0000-0000-' || lpad(:n::text, 12, '0'))::uuid;
        SELECT * FROM workload_recommendations r LEFT JOIN beckn_orders o USING (order_id) WHERE r.workload_id = ('00000000-0000-0000-0000-' || lpad(:n::text, 12, '0'))::uuid ORDER BY rank;
        SELECT * FROM workload_runs WHERE workload_id = ('00000000-0000-0000-0000-' || lpad(:n::text, 12, '0'))::uuid;
        \endpipeline
        """;

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var postgres = await run.StartPostgresAsync(cancellationToken);
        var redis = await run.StartRedisAsync(cancellationToken);
        var orchestrator = await run.StartAsync(
            ServiceDefinition.Orchestrator,
            new Dictionary<string, string>
            {
                ["PYLON_POSTGRES"] = postgres.Uri,
                ["PYLON_REDIS"] = redis.Address,
                ["BAP_URI"] = "http://127.0.0.1/beckn",
                // Nobody is there: only what is stored is read.
                ["PYLON_INGESTION"] = "http://127.0.0.1:9",
                ["PYLON_CONDUCTOR"] = "http://127.0.0.1:9",
                ["BPP_BASE_URL"] = "http://127.0.0.1:9",
            },
            cancellationToken);
        await using (var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { SearchPath = "orchestrator" }))
        await using (var fill = database.CreateCommand(Fill))
            await fill.ExecuteNonQueryAsync(cancellationToken);

        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{orchestrator.GrpcPort}");
        var client = new WorkloadService.WorkloadServiceClient(channel);
        await ReadAsync(client, Warm, cancellationToken);
        await run.CompareAsync(
            $"one of {Workloads} workloads with 3 options and a run, {Callers} callers; CPU is PostgreSQL's",
            "workloads",
            [
                new("GetWorkload", token => ReadAsync(client, Round, token))
                {
                    Processes = () => [postgres.Pid],
                    Bar = new Bar($"≤ {MostCpu} µs", (own, _) => own.CpuMicroseconds <= MostCpu),
                },
                new("pgbench -M prepared", async token => await Pgbench.RunAsync(postgres, Script, Callers, Round, token)) { Processes = () => [postgres.Pid], IsPeer = true },
                new($"the same, {Rate} a second", async token => await Pgbench.RunAsync(postgres, Script, Callers, Round, token, Rate)) { Processes = () => [postgres.Pid], IsPeer = true },
            ],
            cancellationToken,
            defaultRounds: 3);
    }

    private static async Task<Work> ReadAsync(WorkloadService.WorkloadServiceClient client, TimeSpan length, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var read = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(
            async () =>
            {
                var n = 0L;
                for (; Stopwatch.GetElapsedTime(start) < length; n++)
                {
                    var id = string.Create(CultureInfo.InvariantCulture, $"00000000-0000-0000-0000-{1 + (((n * Callers) + caller) % Workloads):D12}");
                    var answer = await client.GetWorkloadAsync(new GetWorkloadRequest { Id = id }, cancellationToken: cancellationToken);
                    if (answer.Workload is not { Recommendations.Count: 3, Run: not null })
                        throw new StackException($"{id} has not three options and a run");
                }

                return n;
            },
            cancellationToken)));
        return read.Sum();
    }
}
