using Grpc.Net.Client;
using Npgsql;
using Pylon.Bench.Harness;
using Pylon.Conductor.V1;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Services;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// ClaimWork by 100 workers, one part at a time, on a real Conductor, against the bare loop of the textbook on the same
/// PostgreSQL: <c>UPDATE … WHERE id = (SELECT … FOR UPDATE SKIP LOCKED LIMIT 1)</c>, a commit each. After all rounds the scenario
/// checks that no part was given twice.
/// </summary>
internal sealed class WorkScenario() : Scenario("work", "ClaimWork by 100 workers against a bare SKIP LOCKED loop")
{
    private const int Workers = 100;
    private const int Batches = 1_000;
    private const int Parts = 1_000;

    private const int Connections = Workers;

    private readonly HashSet<long> _tokens = [];
    private readonly HashSet<(string, string)> _claimed = [];

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var postgres = await run.StartPostgresAsync(cancellationToken);
        var redis = await run.StartRedisAsync(cancellationToken);
        var conductor = await run.StartAsync(
            ServiceDefinition.Conductor, [new("PYLON_POSTGRES", postgres.Uri), new("PYLON_REDIS", redis.Address), new("Work__Lease", "01:00:00")], cancellationToken);
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{conductor.GrpcPort}");
        var client = new WorkService.WorkServiceClient(channel);
        await DefineAsync(new PipelineService.PipelineServiceClient(channel), cancellationToken);
        await using var bare = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { MaxPoolSize = Connections }.ConnectionString);
        await ExecuteAsync(
            bare,
            """
            CREATE TABLE public.bare_parts (id bigint PRIMARY KEY, due_at timestamptz NOT NULL, token bigint, worker text);
            CREATE SEQUENCE public.bare_tokens;
            INSERT INTO public.bare_parts SELECT n, now() FROM generate_series(1, 1000000) n;
            CREATE INDEX ON public.bare_parts (due_at);
            ANALYZE public.bare_parts;
            ANALYZE conductor.work_parts
            """,
            cancellationToken);

        await BenchRun.WarmAsync(cancellationToken, token => ClaimAsync(client, token), token => BareAsync(bare, token));
        await run.CompareAsync(
            $"{Workers} workers",
            "claims",
            [
                new("bare SKIP LOCKED loop", token => BareAsync(bare, token)) { IsPeer = true },
                new("ClaimWork", token => ClaimAsync(client, token)) { Bar = Bar.Rate(0.5), Parts = [("Conductor", conductor.Pid), ("PostgreSQL", postgres.Pid), ("Redis", redis.Pid)] },
            ],
            cancellationToken);
        run.Note($"{_tokens.Count:#,0} claims of {_claimed.Count:#,0} parts: none was given twice");
    }

    private static async Task DefineAsync(PipelineService.PipelineServiceClient client, CancellationToken cancellationToken)
    {
        for (var n = 0; n < Batches; n++)
        {
            await client.DefinePipelineAsync(
                new DefinePipelineRequest
                {
                    BatchId = $"work-{n}",
                    RequestedPipeline = "compute_job",
                    CorrelationId = "bench",
                    TotalEntities = Parts,
                    Work = new WorkOrder { Revision = 1, Zone = "UK-SCOT-1", Job = "primes" },
                },
                cancellationToken: cancellationToken);
        }
    }

    private Task<Work> ClaimAsync(WorkService.WorkServiceClient client, CancellationToken cancellationToken) => Load.RunAsync(
        Workers,
        async (worker, _) =>
        {
            var answer = await client.ClaimWorkAsync(
                new ClaimWorkRequest { Worker = $"w{worker}", Zones = { "UK-SCOT-1" }, Jobs = { "primes" }, MaxParts = 1 }, cancellationToken: cancellationToken);
            if (answer.Claims is not [var claim])
                throw new StackException($"{answer.Claims.Count} parts were given for one, after {_claimed.Count:#,0}");
            lock (_tokens)
            {
                if (!_tokens.Add(claim.Token) || !_claimed.Add((claim.BatchId, claim.Part)))
                    throw new StackException($"{claim.BatchId} {claim.Part} was given twice");
            }

            return 0;
        },
        cancellationToken);

    private static Task<Work> BareAsync(NpgsqlDataSource database, CancellationToken cancellationToken) => Load.RunAsync(
        Workers,
        async (worker, _) =>
        {
            await using var command = database.CreateCommand(
                """
                UPDATE public.bare_parts SET token = nextval('public.bare_tokens'), worker = $1, due_at = now() + interval '1 hour'
                WHERE id = (SELECT id FROM public.bare_parts WHERE due_at <= now() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
                RETURNING id
                """);
            command.Parameters.AddWithValue($"w{worker}");
            if (await command.ExecuteScalarAsync(cancellationToken) is not long)
                throw new StackException("the bare loop has no parts left");
            return 0;
        },
        cancellationToken);

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
