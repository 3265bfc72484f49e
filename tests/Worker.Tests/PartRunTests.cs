using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Client;
using Pylon.Conductor.V1;
using Pylon.Testing;
using Pylon.Worker.Claims;
using Pylon.Worker.Energy;
using Pylon.Worker.Jobs;

namespace Pylon.Worker.Tests;

public sealed class PartRunTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pylon-part-").FullName;
    private readonly ConcurrentQueue<string> _log = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task ACheckpointThatCannotBeStartedIsLoggedAndTheJobGoesOn()
    {
        // A job that removes its own directory: nothing can be started in it any more.
        var (work, done) = (Directory.CreateDirectory(Path.Combine(_directory, "work")).FullName, Path.Combine(_directory, "done"));
        var job = new JobDefinition(
            new WorkerJob { Name = "job" }, ["sh", "-c", "cd / && rmdir \"$1\" && while [ ! -e \"$2\" ]; do sleep 0.05; done", "sh", work, done], work,
            new Dictionary<string, string>(StringComparer.Ordinal), ["true"], TimeSpan.FromHours(1), MemoryMb: null, OutputMb: 1);
        var (conductor, time) = (new FakeConductor(), new FakeTime());
        await using var app = await GrpcServer.StartAsync(map => map.MapGrpcService<FakeConductor>(), services => services.AddSingleton(conductor));
        using var client = new PylonClient(app.Urls.Single());
        var settings = new WorkerSettings("one", ["UK-SCOT-1"], Path.Combine(_directory, "jobs.json"), _directory, Slots: 1, Grace: TimeSpan.Zero, Watts: 10, Pue: 1);
        using var held = new Held(InTwoSteps(time.GetUtcNow()), time.GetTimestamp(), time);
        var run = new PartRun(
            settings, new Dictionary<string, JobDefinition>(StringComparer.Ordinal) { ["job"] = job }, new EnergyMeter(new PowerCounters(Path.Combine(_directory, "none")), 10, 1, () => null),
            new Reports(client, settings, TimeProvider.System, _log.Enqueue), time, _log.Enqueue);

        var running = run.RunAsync(held, CancellationToken.None);
        await Eventually.True(() => !Directory.Exists(work));
        await Eventually.True(() => Advanced(time, () => _log.Any(line => line.StartsWith("checkpoint: could not start a process", StringComparison.Ordinal))));
        Assert.False(running.IsCompleted);
        await File.WriteAllTextAsync(done, "");
        await Eventually.True(() => Advanced(time, () => running.IsCompleted));

        await running;
        Assert.Single(conductor.Completed);
    }

    private static bool Advanced(FakeTime time, Func<bool> condition)
    {
        time.Advance(TimeSpan.FromSeconds(1));
        return condition();
    }

    /// <summary>A part in two steps: twenty seconds, and an hour after a pause.</summary>
    private static Claim InTwoSteps(DateTimeOffset begin) => new()
    {
        Token = 1,
        BatchId = "batch",
        Phase = "compute",
        Part = "part-1",
        Parts = 1,
        Attempt = 1,
        Job = "job",
        Lease = Duration.FromTimeSpan(TimeSpan.FromDays(1)),
        Steps =
        {
            new PlannedStep { StartTime = begin.ToTimestamp(), EndTime = begin.AddSeconds(20).ToTimestamp() },
            new PlannedStep { StartTime = begin.AddSeconds(30).ToTimestamp(), EndTime = begin.AddHours(1).ToTimestamp() },
        },
    };

    private sealed class FakeConductor : WorkService.WorkServiceBase
    {
        public ConcurrentQueue<CompleteWorkRequest> Completed { get; } = new();

        public override Task<CompleteWorkResponse> CompleteWork(CompleteWorkRequest request, ServerCallContext context)
        {
            Completed.Enqueue(request);
            return Task.FromResult(new CompleteWorkResponse());
        }
    }
}
