using Grpc.Net.Client;
using Pylon.Conductor.V1;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;
using Pylon.Testing;

namespace Pylon.Worker.Tests;

/// <summary>Real workers at a real Conductor, with jobs that record when they begin and end.</summary>
public sealed class WorkerTests : IAsyncLifetime
{
    // A part that is run while somebody else runs it does not get its lock, and says so.
    private const string Script =
        """
        exec 9>"$1/$PYLON_WORKLOAD_ID-$PYLON_PHASE-$PYLON_PART.lock"
        flock -n 9 || { echo "overlap $PYLON_WORKLOAD_ID $PYLON_PART" >>"$1/record"; exit 9; }
        echo "begin $PYLON_WORKLOAD_ID $PYLON_PART $PYLON_ATTEMPT" >>"$1/record"
        sleep "$2" 9>&-
        echo "end $PYLON_WORKLOAD_ID $PYLON_PART $PYLON_ATTEMPT" >>"$1/record"
        echo "part $PYLON_PART is done"
        """;

    // That a worker can keep on a busy machine, and that a test can wait for.
    private const string ShortLease = "00:00:06";

    // Ten processes start at once on few cores.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string _directory = Directory.CreateTempSubdirectory("pylon-workers-").FullName;
    private readonly List<WorkerProcess> _workers = [];
    private PrivateRedis _redis = null!;
    private TestDatabase _database = null!;
    private ServiceProcess _conductor = null!;
    private GrpcChannel _channel = null!;

    private string Jobs => Path.Combine(_directory, "jobs.json");

    private string Grpc => $"http://127.0.0.1:{_conductor.GrpcPort}";

    private WorkService.WorkServiceClient Work => new(_channel);

    private PipelineService.PipelineServiceClient Pipelines => new(_channel);

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "record.sh"), Script);
        await File.WriteAllTextAsync(Jobs, $$"""
            {"jobs": [
              {"name": "record", "command": ["sh", "{jobs}/record.sh", "{jobs}", "{seconds}"], "parameters": [{"name": "seconds", "type": "number", "min": 0, "max": 60}]},
              {"name": "primes", "command": ["awk", "-v", "limit={limit}", "-v", "part={part}", "-v", "parts={parts}", "-f", "{{Path.GetDirectoryName(WorkerSettings.ShippedJobs)}}/primes.awk"],
               "parameters": [{"name": "limit", "type": "integer", "min": 2, "max": 1000000}]}
            ]}
            """);
        _redis = await TestRedis.PrivateAsync();
        _database = await TestDatabase.CreateAsync(typeof(Conductor.Catalogues.Catalogue).Assembly, "conductor", outbox: false);
    }

    public async Task DisposeAsync()
    {
        foreach (var worker in _workers)
            await worker.DisposeAsync();
        _channel.Dispose();
        await _conductor.DisposeAsync();
        await _database.DisposeAsync();
        await _redis.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task TheShippedJobCountsThePrimesAndTellsItsOutputAndEnergy()
    {
        await StartConductorAsync();
        Start("one");
        var id = await DefineAsync("primes", "limit", "100000", parts: 3);
        var parts = await CompletedAsync([id], 3);
        Assert.Equal(9_592, parts.Sum(part => int.Parse(part.Output.Split(": ")[1].Split(' ')[0])));
        Assert.All(parts, part => Assert.True(part is { Worker: "one", EnergyKwh: > 0, Attempts: 1 }, $"{part}"));
        var batch = (await Pipelines.GetBatchAsync(new() { BatchId = id })).Batch;
        Assert.Equal(3, batch.Phases.Single().EnergyReports);
    }

    [Fact]
    public async Task TenWorkersCompleteEachPartOnceWhateverIsKilled()
    {
        const int batches = 200;
        const int parts = 4;
        await StartConductorAsync(ShortLease);
        for (var n = 0; n < 10; n++)
            Start($"w{n}", "--slots", "3");
        var ids = await Task.WhenAll(Enumerable.Range(0, batches).Select(_ => DefineAsync("record", "seconds", "0.1", parts)));
        await Eventually.True(() => Record("end").Count > 100, Patience);
        foreach (var worker in _workers.Take(3))
            worker.Kill();
        await Eventually.True(() => Record("end").Count > 200, Patience);
        await _conductor.KillAsync();
        await _conductor.StartAgainAsync();
        await Eventually.True(() => Record("end").Count > 350, Patience);
        await _redis.KillAsync();
        Directory.Delete(Path.Combine(_redis.DataDirectory, "appendonlydir"), recursive: true);
        await _redis.StartAgainAsync();

        await CompletedAsync(ids, batches * parts);
        foreach (var id in ids)
        {
            var phase = (await Pipelines.GetBatchAsync(new() { BatchId = id })).Batch.Phases.Single();
            Assert.Equal((parts, 0, parts, PhaseState.Complete), (phase.Completed, phase.Failed, phase.Total, phase.State));
        }

        Assert.Empty(Record("overlap"));
        Assert.Equal(batches * parts, await _database.ScalarAsync<long>("SELECT count(*) FROM conductor.phase_reports WHERE succeeded"));
        // A claim of a part is later than every earlier one of it.
        Assert.Equal(batches * parts, Record("end").Select(line => string.Join(' ', line.Split(' ')[1..3])).Distinct().Count());
    }

    [Fact]
    public async Task AFrozenWorkerIsRefusedAndTold()
    {
        await StartConductorAsync(ShortLease);
        var frozen = Start("frozen", "--slots", "1");
        var id = await DefineAsync("record", "seconds", "1");
        await Eventually.True(() => Record("begin").Count == 1, Patience);
        await frozen.SignalAsync("STOP");
        await Eventually.True(() => Record("end").Count == 1, Patience);
        // Its job has ended, but its lease ends before it can tell.
        var other = Start("other", "--slots", "1");
        var part = Assert.Single(await CompletedAsync([id], 1));
        Assert.Equal(("other", 2), (part.Worker, part.Attempts));
        await frozen.SignalAsync("CONT");
        await Eventually.True(() => frozen.Said.Contains("completion was refused, because the lease was lost", StringComparison.Ordinal), Patience, "it is told");
        Assert.Equal(1, (await Pipelines.GetBatchAsync(new() { BatchId = id })).Batch.Phases.Single().Completed);
        Assert.Contains("completed in", other.Said, StringComparison.Ordinal);
        Assert.Empty(Record("overlap"));
    }

    [Fact]
    public async Task AStoppedWorkerHandsBackAndTheNextGoesOn()
    {
        await StartConductorAsync();
        var first = Start("first", "--slots", "1", "--grace", "0s");
        var id = await DefineAsync("record", "seconds", "30");
        await Eventually.True(() => Record("begin").Count == 1, Patience);
        await first.SignalAsync("TERM");
        Assert.Equal(0, await first.ExitAsync());
        Assert.Contains("handed back", first.Said, StringComparison.Ordinal);
        var part = (await Work.ListWorkAsync(new() { BatchId = id })).Parts.Single();
        Assert.Equal((WorkPartState.Ready, 0), (part.State, part.Attempts));
    }

    [Fact]
    public async Task AParameterThatTheWorkerDoesNotTakeFailsForGood()
    {
        await StartConductorAsync();
        Start("strict");
        var id = await DefineAsync("record", "seconds", "$(reboot)");
        await Eventually.True(async () => (await Pipelines.GetBatchAsync(new() { BatchId = id })).Batch.Phases is [{ State: PhaseState.Failed }], Patience);
        Assert.Equal("parameters.seconds must be a number", (await Work.ListWorkAsync(new() { BatchId = id })).Parts.Single().Failure);
        Assert.Empty(Record("begin"));
    }

    private async Task StartConductorAsync(string lease = "00:10:00")
    {
        _conductor = TestProcess.Of("Conductor", $"conductor-{Guid.NewGuid():N}", "worker-tests", new Dictionary<string, string>
        {
            ["PYLON_POSTGRES"] = _database.Uri,
            ["PYLON_REDIS"] = _redis.Address,
            ["Work__Lease"] = lease,
            ["Work__RetryDelay"] = "00:00:00.2",
            ["Work__Recheck"] = "00:00:00.2",
        });
        await _conductor.StartAsync();
        _channel = GrpcChannel.ForAddress(Grpc);
    }

    private WorkerProcess Start(string name, params string[] more)
    {
        var worker = new WorkerProcess(Grpc, name, Jobs, Path.Combine(_directory, name), more);
        _workers.Add(worker);
        return worker;
    }

    private async Task<string> DefineAsync(string job, string parameter, string value, int parts = 1)
    {
        var id = Guid.NewGuid().ToString();
        await Pipelines.DefinePipelineAsync(new DefinePipelineRequest
        {
            BatchId = id,
            RequestedPipeline = "compute_job",
            CorrelationId = id,
            TotalEntities = parts,
            Work = new WorkOrder { Revision = 1, Zone = "UK-SCOT-1", Job = job, Parameters = { [parameter] = value } },
        });
        return id;
    }

    /// <summary>The parts of these batches when all are completed.</summary>
    private async Task<IReadOnlyList<WorkPart>> CompletedAsync(IReadOnlyList<string> ids, int count)
    {
        await Eventually.True(
            async () => await _database.ScalarAsync<long>("SELECT count(*) FROM conductor.work_parts WHERE done_at IS NOT NULL") >= count, Patience);
        var parts = new List<WorkPart>();
        foreach (var id in ids)
            parts.AddRange(await Eventually.Is(async () => (await Work.ListWorkAsync(new() { BatchId = id })).Parts, found => found.All(part => part.State == WorkPartState.Completed)));
        return parts;
    }

    private List<string> Record(string what)
    {
        var path = Path.Combine(_directory, "record");
        if (!File.Exists(path))
            return [];
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith(what, StringComparison.Ordinal))];
    }
}
