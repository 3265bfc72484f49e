using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Conductor.V1;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Running;

/// <summary>The pipeline of a chosen workload.</summary>
public sealed class RunTests
{
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);
    private static readonly string[] Impatient = ["--Runs:PollInterval=00:00:00.05", "--Runs:RetryDelay=00:00:00.02", "--Runs:MaxRetryDelay=00:00:00.05"];

    [Fact]
    public async Task WatcherSeesTheChosenWorkloadGoThroughItsPipeline()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        Assert.Equal(("compute_training", null), (offered.Pipeline, offered.Run));
        await stack.ChooseAsync(offered.Id, 1);
        await stack.UntilAsync(offered.Id, RunState.Running);
        var asked = Assert.Single(stack.Conductor.Asked);
        Assert.Equal((offered.Id, "compute_training", offered.TransactionId, 4), (asked.BatchId, asked.RequestedPipeline, asked.CorrelationId, asked.TotalEntities));

        using var watch = stack.Workloads.WatchWorkload(new WatchWorkloadRequest { Id = offered.Id, FollowRun = true });
        var seen = new List<string>();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await foreach (var change in watch.ResponseStream.ReadAllAsync(limit.Token))
        {
            seen.Add(string.Join(' ', change.Workload.Run.Phases.Select(p => $"{p.Phase}:{p.State}:{p.Completed}")));
            if (seen.Count == 1)
            {
                stack.Conductor.Report(offered.Id, "prepare", 1);
                // Of another's batch, and of a phase that is not in the pipeline.
                stack.Conductor.Report("b", "prepare", 2);
                stack.Conductor.Report(offered.Id, "infer", 2);
            }
            else if (seen.Count == 2)
            {
                stack.Conductor.Report(offered.Id, "train", 2);
                stack.Conductor.Report(offered.Id, "prepare", 2);
                stack.Conductor.Report(offered.Id, "prepare", 1);
            }
        }

        Assert.Equal(["prepare:Waiting:0 train:Waiting:0", "prepare:Running:1 train:Waiting:0", "prepare:Completed:2 train:Completed:2"], seen);
        Assert.Equal("pylon.workload.run_ended.v1", (await stack.Database.EventsOfAsync(Guid.Parse(offered.Id)))[^1]);

        await stack.StopOrchestratorAsync();
        await stack.StartOrchestratorAsync();
        var ended = await stack.GetAsync(offered.Id);
        Assert.Equal((WorkloadStatus.Scheduled, RunState.Completed), (ended.Status, ended.Run.State));
        Assert.Equal(ended, Assert.Single((await stack.Workloads.ListWorkloadsAsync(new())).Workloads));
    }

    [Fact]
    public async Task AJobIsOrderedForTheZoneAndWindowOfItsChoiceAndWithdrawnWithIt()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", Impatient);
        var deadline = TimeProvider.System.GetUtcNow().AddDays(6).ToTimestamp();
        var submitted = (await stack.Workloads.SubmitWorkloadAsync(new()
        {
            WorkloadName = "Primes",
            Pipeline = "compute_training",
            Job = "primes",
            Parameters = { ["limit"] = "5000" },
            Parts = 3,
            Deadline = deadline,
        })).Workload;
        Assert.Equal(("primes", "5000", 3), (submitted.Job, submitted.Parameters["limit"], submitted.Parts));
        var offered = await Eventually.Is(() => stack.GetAsync(submitted.Id), w => w.Status == WorkloadStatus.PendingUserChoice);
        await stack.ChooseAsync(offered.Id, 2);
        await stack.UntilAsync(offered.Id, RunState.Running);
        var asked = Assert.Single(stack.Conductor.Asked);
        var chosen = offered.Recommendations[1];
        Assert.Equal(3, asked.TotalEntities);
        Assert.Equal(
            new WorkOrder { Revision = 1, Zone = chosen.GridZoneCode, Job = "primes", Parameters = { ["limit"] = "5000" }, NotBefore = chosen.Window.StartTime, Deadline = asked.Work.Deadline },
            asked.Work);
        Assert.Equal(deadline.Seconds, asked.Work.Deadline.Seconds);
        Assert.Empty(stack.Conductor.Withdrawn);

        stack.Conductor.Down = true;
        await stack.Workloads.CancelWorkloadAsync(new() { Id = offered.Id });
        stack.Conductor.Down = false;
        var withdrawn = await Eventually.Is(() => Task.FromResult(stack.Conductor.Withdrawn.FirstOrDefault()), one => one is not null);
        Assert.Equal((offered.Id, 1), (withdrawn!.BatchId, withdrawn.Revision));
    }

    [Fact]
    public async Task AnInterruptibleJobRunsInTheCleanestHalfHoursOfItsWindow()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", Impatient);
        var offered = await OfferedAsync();
        var now = TimeProvider.System.GetUtcNow();
        var first = new DateTimeOffset(now.Date, TimeSpan.Zero);
        var values = Enumerable.Repeat(300.0, 8 * 48).ToArray();
        // One that has not begun: of an open one only the half hours that are left are planned.
        var chosen = offered.Recommendations.First(r => r.Window.StartTime.ToDateTimeOffset() > now.AddMinutes(5));
        var window = chosen.Window;
        var begin = (int)Math.Ceiling((window.StartTime.ToDateTimeOffset() - first) / HalfHour);
        Assert.True(first + ((begin + 4) * HalfHour) <= window.EndTime.ToDateTimeOffset(), $"a window of two hours, not {window}");
        (values[begin + 1], values[begin + 3], values[begin - 1]) = (50, 60, 10);
        (stack.Ingestion.SeriesStart, stack.Ingestion.RegionOfZones) = (first, 10);
        stack.Ingestion.Series[(GridSeries.CarbonIntensity, 10)] = values;
        await stack.ChooseAsync(offered.Id, chosen.Rank);
        await stack.UntilAsync(offered.Id, RunState.Running);
        Assert.Equal([Step(1), Step(3)], Assert.Single(stack.Conductor.Asked).Work.Steps);

        // Without a forecast it runs through.
        var other = await OfferedAsync();
        stack.Ingestion.Down = true;
        await stack.ChooseAsync(other.Id, chosen.Rank);
        await stack.UntilAsync(other.Id, RunState.Running);
        var order = stack.Conductor.Asked.Last().Work;
        Assert.Equal((0, window.StartTime), (order.Steps.Count, order.NotBefore));

        PlannedStep Step(int n) => new() { StartTime = (first + ((begin + n) * HalfHour)).ToTimestamp(), EndTime = (first + ((begin + n + 1) * HalfHour)).ToTimestamp() };

        async Task<Workload> OfferedAsync()
        {
            var submitted = (await stack.Workloads.SubmitWorkloadAsync(new() { WorkloadName = "Primes", Pipeline = "compute_training", Job = "primes", Parameters = { ["limit"] = "5000" }, Interruptible = true, RequiredGpuMins = 60 })).Workload;
            Assert.True(submitted.Interruptible);
            return await stack.UntilAsync(submitted.Id, WorkloadStatus.PendingUserChoice);
        }
    }

    [Fact]
    public async Task AWrongJobIsRefusedOnSubmission()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", Impatient);
        Assert.Equal("job", await RefusedAsync(new() { WorkloadName = "w", Job = "nothing" }));
        Assert.Equal("parameters", await RefusedAsync(new() { WorkloadName = "w", Job = "primes", Parameters = { ["limit"] = new string('5', 1 << 20) } }));
        Assert.Equal("parameters", await RefusedAsync(new() { WorkloadName = "w", Job = "primes", Parameters = { ["limit"] = "5\0" } }));
        Assert.Equal("parameters", await RefusedAsync(new() { WorkloadName = "w", Parameters = { ["limit"] = "5" } }));
        Assert.Equal("parts", await RefusedAsync(new() { WorkloadName = "w", Job = "primes", Parts = 1001 }));
        Assert.Equal("interruptible", await RefusedAsync(new() { WorkloadName = "w", Interruptible = true }));
        Assert.Equal("required_gpu_mins", await RefusedAsync(new() { WorkloadName = "w", Job = "primes", Interruptible = true }));
        stack.Conductor.Defaults["text"] = new string('x', 4090);
        Assert.Equal("parameters", await RefusedAsync(new() { WorkloadName = "w", Job = "primes", Parameters = { ["limit"] = "5" } }));
        stack.Conductor.Down = true;
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await stack.Workloads.SubmitWorkloadAsync(new() { WorkloadName = "w", Job = "primes" }));
        Assert.Equal((StatusCode.Unavailable, "CONDUCTOR_UNAVAILABLE"), (refused.StatusCode, refused.Reason()));

        async Task<string> RefusedAsync(SubmitWorkloadRequest request) =>
            (await Assert.ThrowsAsync<RpcException>(async () => await stack.Workloads.SubmitWorkloadAsync(request))).Violations().Single().Field;
    }

    [Fact]
    public async Task UnreachableConductorDelaysTheRunAndNotTheChoice()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", Impatient);
        var offered = await stack.OfferedAsync();
        stack.Conductor.Down = true;
        Assert.Equal(WorkloadStatus.Scheduled, (await stack.ChooseAsync(offered.Id, 2)).Status);
        var waiting = await Eventually.Is(() => stack.GetAsync(offered.Id), w => w.Run.Attempts > 2);
        Assert.Equal(RunState.Requested, waiting.Run.State);
        Assert.Contains("down for a test", waiting.Run.FailureReason, StringComparison.Ordinal);

        stack.Conductor.Down = false;
        var running = await stack.UntilAsync(offered.Id, RunState.Running);
        Assert.Equal((0, ""), (running.Run.Attempts, running.Run.FailureReason));
    }

    [Fact]
    public async Task UnknownPipelineIsRefusedOnSubmissionOrFailsTheRun()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", Impatient);
        var refused = await Assert.ThrowsAsync<RpcException>(() => stack.SubmitAsync(pipeline: "compute_wonders"));
        Assert.Equal((StatusCode.InvalidArgument, "pipeline must be one of compute_training"), (refused.StatusCode, refused.Status.Detail));

        stack.Conductor.Down = true;
        var id = await stack.SubmitAsync(pipeline: "compute_wonders");
        stack.Conductor.Down = false;
        await stack.UntilAsync(id, WorkloadStatus.PendingUserChoice);
        await stack.ChooseAsync(id, 1);
        var failed = await stack.UntilAsync(id, RunState.Failed);
        Assert.Equal("requested_pipeline: must be one of compute_training", failed.Run.FailureReason);
        Assert.Equal(WorkloadStatus.Scheduled, failed.Status);
    }

    [Fact]
    public async Task ProgressWithoutEventsIsAskedFor()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", ["--Runs:AskAfter=00:00:00.1", .. Impatient]);
        var offered = await stack.OfferedAsync();
        await stack.ChooseAsync(offered.Id, 1);
        await stack.UntilAsync(offered.Id, RunState.Running);
        stack.Conductor.Batch = new Batch
        {
            Phases =
            {
                new PhaseProgress { Phase = "prepare", State = PhaseState.Complete, Completed = 4, Total = 4 },
                new PhaseProgress { Phase = "train", State = PhaseState.Complete, Completed = 4, Total = 4 },
            },
        };
        var ended = await stack.UntilAsync(offered.Id, RunState.Completed);
        Assert.Equal([4, 4], ended.Run.Phases.Select(p => p.Completed));
    }

    [Fact]
    public async Task FailureWithoutEventsIsAskedForWithItsReason()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", ["--Runs:AskAfter=00:00:00.1", .. Impatient]);
        var offered = await stack.OfferedAsync();
        stack.Conductor.Batch = new Batch { Phases = { new PhaseProgress { Phase = "train", State = PhaseState.Failed, Total = 4 } } };
        await stack.ChooseAsync(offered.Id, 1);
        Assert.Equal("phase train failed", (await stack.UntilAsync(offered.Id, RunState.Failed)).Run.FailureReason);
    }

    [Fact]
    public async Task CancelledWorkloadIsNotAskedForAnyMore()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", Impatient);
        var offered = await stack.OfferedAsync();
        stack.Conductor.Down = true;
        await stack.ChooseAsync(offered.Id, 1);
        var cancelled = await stack.CancelAsync(offered.Id);
        Assert.Equal((WorkloadStatus.Cancelled, RunState.Cancelled), (cancelled.Status, cancelled.Run.State));
        stack.Conductor.Down = false;

        // A second one passes the same worker: the first would have been asked for by then.
        var other = await stack.OfferedAsync();
        await stack.ChooseAsync(other.Id, 2);
        await stack.UntilAsync(other.Id, RunState.Running);
        Assert.Equal(other.Id, Assert.Single(stack.Conductor.Asked).BatchId);
        Assert.Equal(RunState.Cancelled, (await stack.GetAsync(offered.Id)).Run.State);
    }
}
