using Grpc.Net.Client;
using Npgsql;
using Pylon.Bench.Harness;
using Pylon.Conductor.V1;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// DefinePipeline and ReportPhase by 64 callers on a real Conductor with Redis and PostgreSQL, against the smallest loop
/// that keeps such a state in Redis alone: read a revision, write under WATCH when it has not changed, otherwise begin
/// again. redis-benchmark shows the limit of the server itself. After all rounds the scenario checks that no update was lost.
/// </summary>
internal sealed class ConductScenario() : Scenario("conduct", "DefinePipeline and ReportPhase by 64 callers against a bare WATCH/MULTI/EXEC loop and redis-benchmark")
{
    private const int Writers = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Dictionary<string, long> _reported = [];
    private readonly Dictionary<string, long> _defined = [];
    private int _round;

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var postgres = await run.StartPostgresAsync(cancellationToken);
        var redis = await run.StartRedisAsync(cancellationToken);
        var other = await run.StartRedisAsync(cancellationToken);
        var conductor = await run.StartAsync(
            ServiceDefinition.Conductor, [new("PYLON_POSTGRES", postgres.Uri), new("PYLON_REDIS", redis.Address)], cancellationToken);
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{conductor.GrpcPort}");
        var client = new PipelineService.PipelineServiceClient(channel);
        await using var bare = await BareLoop.ConnectAsync(other.Address);

        await BenchRun.WarmAsync(cancellationToken, token => ReportAsync(client, Writers, token), token => DefineAsync(client, Writers, token));
        (string, int)[] servers = [("Conductor", conductor.Pid), ("PostgreSQL", postgres.Pid), ("Redis", redis.Pid)];
        foreach (var (batches, reports, defines) in ((int, double, double)[])[(1, 1, 1), (Writers, 0.8, 0.6)])
        {
            var where = batches == 1 ? "one batch" : $"{batches} batches";
            await run.CompareAsync(
                $"{Writers} callers, {where}",
                "changes",
                [
                    new($"WATCH/MULTI/EXEC, {where}", token => bare.RunAsync(Writers, batches, token)) { IsPeer = true },
                    new("redis-benchmark HSET", token => RedisBenchmark.RunAsync(other, Writers, token)),
                    new("ReportPhase", token => ReportAsync(client, batches, token)) { Bar = Bar.Rate(reports), Parts = servers },
                    new("DefinePipeline", token => DefineAsync(client, batches, token)) { Bar = Bar.Rate(defines), Parts = servers },
                ],
                cancellationToken);
        }

        run.Note(await bare.VerifyAsync());
        await VerifyAsync(run, client, postgres, cancellationToken);
    }

    // A new batch for each round, so that every round begins with an empty one.
    private async Task<Work> ReportAsync(PipelineService.PipelineServiceClient client, int batches, CancellationToken cancellationToken)
    {
        var round = Interlocked.Increment(ref _round);
        return await Load.RunAsync(
            Writers,
            async (writer, n) =>
            {
                var batch = $"report-{round}-{writer % batches}";
                var answer = await client.ReportPhaseAsync(
                    new() { BatchId = batch, Phase = "spellcheck", EntityId = $"{writer}-{n}", Status = PhaseStatus.Success }, cancellationToken: cancellationToken);
                if (!answer.Changed)
                    throw new StackException($"a new report on {batch} changed nothing");
                Count(_reported, batch);
                return 0;
            },
            cancellationToken);
    }

    private async Task<Work> DefineAsync(PipelineService.PipelineServiceClient client, int batches, CancellationToken cancellationToken)
    {
        var round = Interlocked.Increment(ref _round);
        return await Load.RunAsync(
            Writers,
            async (writer, n) =>
            {
                var batch = $"define-{round}-{writer % batches}";
                var answer = await client.DefinePipelineAsync(
                    new() { BatchId = batch, RequestedPipeline = "nlp", CorrelationId = $"{writer}-{n}" }, cancellationToken: cancellationToken);
                if (answer.FinalPipeline.Count != 2)
                    throw new StackException($"a fresh batch gets {answer.AnalysisSummary}");
                Count(_defined, batch);
                return 0;
            },
            cancellationToken);
    }

    private static void Count(Dictionary<string, long> counts, string batch)
    {
        lock (counts)
            counts[batch] = counts.GetValueOrDefault(batch) + 1;
    }

    private async Task VerifyAsync(BenchRun run, PipelineService.PipelineServiceClient client, PrivatePostgres postgres, CancellationToken cancellationToken)
    {
        foreach (var (batch, reports) in _reported)
        {
            var found = (await client.GetBatchAsync(new() { BatchId = batch }, cancellationToken: cancellationToken)).Batch;
            if ((found.Revision, found.Phases[0].Completed) != (reports, reports))
                throw new StackException($"{batch} has revision {found.Revision} and {found.Phases[0].Completed} completions after {reports} reports: an update was lost");
        }

        foreach (var (batch, definitions) in _defined)
        {
            var found = (await client.GetBatchAsync(new() { BatchId = batch }, cancellationToken: cancellationToken)).Batch;
            if (found.Revision != definitions)
                throw new StackException($"{batch} has revision {found.Revision} after {definitions} definitions: an update was lost");
        }

        await using var database = NpgsqlDataSource.Create(postgres.ConnectionString);
        var (kept, all) = (await CountAsync(database, "true"), _reported.Values.Sum() + _defined.Values.Sum());
        if (kept != all)
            throw new StackException($"PostgreSQL has {kept} reports and definitions of {all}");
        var until = TimeProvider.System.GetUtcNow() + Patience;
        while (await CountAsync(database, "settled_at IS NULL") is > 0 and var left)
        {
            if (TimeProvider.System.GetUtcNow() > until)
                throw new StackException($"{left} changes are not published after {Patience.TotalSeconds} s");
            await Task.Delay(100, cancellationToken);
        }

        run.Note($"Conductor: all {all:#,0} changes answered are in Redis and in PostgreSQL, and published");
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string which)
    {
        await using var command = database.CreateCommand(
            $"SELECT (SELECT count(*) FROM conductor.phase_reports WHERE {which}) + (SELECT count(*) FROM conductor.definitions WHERE {which})");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
