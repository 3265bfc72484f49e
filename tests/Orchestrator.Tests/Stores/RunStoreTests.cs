using Pylon.Conductor.V1;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Runs;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Tests.Stores;

public sealed class RunStoreTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task ScheduledWorkloadHasItsRunFromThatMoment()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var offered = await database.OfferedAsync();
        Assert.Empty(await database.Runs.FindAsync([offered.Id], None));
        await database.ChooseAsync(offered.Id, 1, settled: true);
        var run = await FindAsync(database, offered.Id);
        Assert.Equal(("compute_training", offered.TransactionId.ToString(), RunRecord.Requested), (run.Pipeline, run.CorrelationId, run.State));

        var choosing = await database.OfferedAsync();
        await database.ChooseAsync(choosing.Id, 2);
        var claimed = Assert.Single(await database.ClaimAsync(Offers.Owner));
        Assert.Empty(await database.Runs.FindAsync([choosing.Id], None));
        await Assert.ThrowsAsync<LeaseLostException>(() => database.Flow.ScheduleAsync(claimed, Offers.LeaseOf(claimed, Guid.NewGuid()), Offers.Bookable(2).Recommendation, None));
        Assert.Empty(await database.Runs.FindAsync([choosing.Id], None));
        await database.Flow.ScheduleAsync(claimed, Offers.LeaseOf(claimed), Offers.Bookable(2).Recommendation, None);
        Assert.Equal(RunRecord.Requested, (await FindAsync(database, choosing.Id)).State);
    }

    [Fact]
    public async Task RunIsClaimedByOneAndByAnotherWhenTheLeaseHasEnded()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var ids = new HashSet<Guid>();
        for (var n = 0; n < 4; n++)
            ids.Add(await ScheduledAsync(database));
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => database.Runs.ClaimAsync(Guid.NewGuid(), Minute, 1, None)));
        Assert.Equal(ids.Order(), claims.SelectMany(c => c).Select(r => r.WorkloadId).Order());
        Assert.Empty(await database.Runs.ClaimAsync(Guid.NewGuid(), Minute, 9, None));
        await database.ExecuteAsync("UPDATE workload_runs SET due_at = now() - interval '1 ms'");
        Assert.Equal(4, (await database.Runs.ClaimAsync(Guid.NewGuid(), Minute, 9, None)).Count);
    }

    [Fact]
    public async Task LostLeaseLeavesTheRunAsItIs()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var id = await ScheduledAsync(database);
        var (former, next) = (Guid.NewGuid(), Guid.NewGuid());
        await database.Runs.ClaimAsync(former, Minute, 1, None);
        await database.ExecuteAsync("UPDATE workload_runs SET due_at = now() - interval '1 ms'");
        await database.Runs.ClaimAsync(next, Minute, 1, None);

        await RetryAsync(former);
        Assert.Equal(0, (await FindAsync(database, id)).Attempts);
        await RetryAsync(next);
        Assert.Equal(1, (await FindAsync(database, id)).Attempts);

        Task RetryAsync(Guid owner) =>
            database.Runs.ChangeAsync(new Lease(id, owner, DateTimeOffset.MaxValue), run => RunRules.Retry(run, "down", Minute), None);
    }

    [Fact]
    public async Task EndOfARunIsAnnouncedOnceAndInItsTransaction()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var id = await ScheduledAsync(database);
        await database.Runs.ChangeAsync(id, run => RunRules.Define(run, new DefinePipelineResponse { FinalPipeline = { "prepare" } }, Now), None);
        PhaseReport[] reports = [new("prepare", 4, 0, 4, Complete: true, Failed: false, "", Now)];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => database.Runs.ChangeAsync(id, run => RunRules.Apply(run, reports, Now), None)));
        var ended = await FindAsync(database, id);
        Assert.Equal((RunRecord.Completed, 4), (ended.State, ended.Phases[0].Completed));
        Assert.Equal("pylon.workload.run_ended.v1", Assert.Single(await database.EventsOfAsync(id), type => type.Contains("run", StringComparison.Ordinal)));

        await database.Workloads.CancelAsync(id, None);
        Assert.Equal(RunRecord.Completed, (await FindAsync(database, id)).State);
    }

    [Fact]
    public async Task CancellationEndsTheRunWithTheWorkload()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var id = await ScheduledAsync(database);
        await database.Workloads.CancelAsync(id, None);
        Assert.Equal(RunRecord.Cancelled, (await FindAsync(database, id)).State);
        // Claimed once more, to withdraw what the workers may have been ordered.
        Assert.Equal((RunRecord.Cancelled, true), Assert.Single(await database.Runs.ClaimAsync(Guid.NewGuid(), Minute, 9, None)) is var run ? (run.State, run.Withdraws) : default);
        await database.Runs.ChangeAsync(id, RunRules.Withdraw, None);
        await database.ExecuteAsync("UPDATE workload_runs SET due_at = now() - interval '1 ms'");
        Assert.Empty(await database.Runs.ClaimAsync(Guid.NewGuid(), Minute, 9, None));
    }

    [Fact]
    public async Task RunThatIsRequestedAnewForgetsTheFailureAndTellsItsOwn()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var id = await ScheduledAsync(database);
        await DefineAsync();
        await ApplyAsync(new PhaseReport("prepare", 4, 0, 4, Complete: true, Failed: false, "", Now));
        await FailAsync();
        Assert.Equal(RunRecord.Failed, (await FindAsync(database, id)).State);
        await database.ExecuteAsync("UPDATE workload_runs SET state = 'cancelled'");
        foreach (var command in database.Runs.Scheduled(await database.FindAsync(id), Offers.Bookable(1).Recommendation))
            await database.ExecuteAsync(command);
        Assert.Equal([PhaseRunState.Completed, PhaseRunState.Waiting], (await FindAsync(database, id)).Phases.Select(p => p.State));
        await DefineAsync();
        Assert.Equal((RunRecord.Running, 2), (await FindAsync(database, id)) is var run ? (run.State, run.Revision) : default);
        await FailAsync();
        Assert.Equal(2, (await database.EventsOfAsync(id)).Count(type => type == "pylon.workload.run_ended.v1"));

        Task DefineAsync() => database.Runs.ChangeAsync(id, run => RunRules.Define(run, new DefinePipelineResponse { FinalPipeline = { "prepare", "train" } }, Now), None);

        Task FailAsync() => ApplyAsync(new PhaseReport("train", 0, 0, 4, Complete: false, Failed: true, "GPU_LOST", TimeProvider.System.GetUtcNow().AddMinutes(1)));

        Task ApplyAsync(PhaseReport report) => database.Runs.ChangeAsync(id, run => RunRules.Apply(run, [report], Now), None);
    }

    private static async Task<Guid> ScheduledAsync(OrchestratorDatabase database)
    {
        var offered = await database.OfferedAsync();
        await database.ChooseAsync(offered.Id, 1, settled: true);
        return offered.Id;
    }

    private static async Task<RunRecord> FindAsync(OrchestratorDatabase database, Guid id) => (await database.Runs.FindAsync([id], None))[id];
}
