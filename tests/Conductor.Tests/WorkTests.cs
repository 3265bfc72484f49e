using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Conductor.V1;
using Pylon.LocalStack.Servers;
using Pylon.Testing;

namespace Pylon.Conductor.Tests;

/// <summary>Handing out parts: one holder at a time, phases in order, nothing acknowledged lost.</summary>
public sealed class WorkTests : IAsyncLifetime
{
    private const string Zone = "UK-SCOT-1";
    private const string Job = "primes";

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private PrivateRedis _redis = null!;
    private ConductorDatabase _database = null!;
    private ConductorService _service = null!;

    public async Task InitializeAsync()
    {
        _redis = await TestRedis.PrivateAsync();
        _database = await ConductorDatabase.CreateAsync();
        _service = await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task PhasesRunInOrderAndTheirPartsSideBySide()
    {
        await DefineAsync("b", parts: 3);
        var first = await ClaimAsync("w1", 10);
        Assert.Equal([("train", "part-1"), ("train", "part-2"), ("train", "part-3")], (await PhaseAsync("b", "prepare", first)).Select(c => (c.Phase, c.Part)));
        Assert.Equal(3, first.Count);
        Assert.All(first, claim => Assert.Equal(("prepare", 3, 1, "5000"), (claim.Phase, claim.Parts, claim.Attempt, claim.Parameters["limit"])));
        Assert.Empty(await ClaimAsync("w3", 10));
    }

    [Fact]
    public async Task APartHasOneHolderAmongManyWorkers()
    {
        const int batches = 20;
        await Task.WhenAll(Enumerable.Range(0, batches).Select(n => DefineAsync($"b{n}", parts: 4)));
        await using var other = await StartAsync();
        var claims = (await Task.WhenAll(Enumerable.Range(0, 100).Select(n => ClaimAsync($"w{n}", 1, n % 2 == 0 ? _service : other)))).SelectMany(c => c).ToList();
        Assert.Equal(batches * 4, claims.Count);
        Assert.Equal(claims.Count, claims.Select(c => (c.BatchId, c.Part)).Distinct().Count());
        Assert.Equal(claims.Count, claims.Select(c => c.Token).Distinct().Count());
    }

    [Fact]
    public async Task NothingIsHandedOutBeforeItsTimeToOthersOrElsewhere()
    {
        await DefineAsync("later", from: Now.AddHours(1));
        await DefineAsync("elsewhere", zone: "UK-EAST-1");
        await DefineAsync("other", job: "training");
        Assert.Empty(await ClaimAsync("w", 10));
        await DefineAsync("later", revision: 2, from: Now.AddSeconds(-1));
        await DefineAsync("later", revision: 1, from: Now.AddHours(2));
        var held = Assert.Single(await ClaimAsync("w", 10));
        Assert.Equal("later", held.BatchId);
        await DefineAsync("later", revision: 3, from: Now.AddSeconds(-2));
        Assert.Single(await RenewAsync(held));
        await DefineAsync("later", revision: 4, from: Now.AddHours(1));
        Assert.Empty(await RenewAsync(held));
        Assert.Empty(await ClaimAsync("w", 10));
    }

    [Fact]
    public async Task WorkPastItsDeadlineFails()
    {
        await DefineAsync("b", deadline: Now.AddMinutes(10));
        var held = Assert.Single(await ClaimAsync("w", 1));
        Assert.True(held.Lease.ToTimeSpan() <= TimeSpan.FromMinutes(10), "a lease ends with the deadline");
        await DefineAsync("b", revision: 2, deadline: Now.AddSeconds(-1));
        await Eventually.True(async () => (await _service.Pipelines.GetBatchAsync(new() { BatchId = "b" })).Batch.Phases is [{ State: PhaseState.Failed }]);
        Assert.Empty(await ClaimAsync("w", 1));
        Assert.Equal(WorkPartState.Failed, (await ListAsync("b"))[0].State);
    }

    [Fact]
    public async Task AFormerHolderIsRefusedAndTold()
    {
        await DefineAsync("b");
        await using var brief = await StartAsync("--Work:Lease=00:00:01");
        var slow = Assert.Single(await ClaimAsync("frozen", 1, brief));
        var next = Assert.Single(await Eventually.Is(() => ClaimAsync("next", 1), claims => claims.Count == 1));
        Assert.True(next.Token > slow.Token && next.Attempt == 2);
        Assert.Equal((StatusCode.FailedPrecondition, true), await RefusedAsync(() => CompleteAsync(slow)));
        Assert.Equal((StatusCode.FailedPrecondition, true), await RefusedAsync(() => FailAsync(slow)));
        Assert.Empty(await RenewAsync(slow));
        Assert.True((await CompleteAsync(next)).Changed);
        // The answer was lost: the same again.
        Assert.Equal(1, (await CompleteAsync(next)).Progress.Completed);
        Assert.Equal((StatusCode.FailedPrecondition, true), await RefusedAsync(() => CompleteAsync(slow)));
    }

    [Fact]
    public async Task ARenewedLeaseIsKeptAndShowsItsOutput()
    {
        await DefineAsync("b");
        var held = Assert.Single(await ClaimAsync("w", 1));
        await _database.Database.ExecuteAsync("UPDATE conductor.work_parts SET due_at = now() + interval '5 minutes'");
        Assert.True(Assert.Single(await RenewAsync(held)).Lease.ToTimeSpan() > TimeSpan.FromMinutes(50));
        Assert.True(await _database.Database.ScalarAsync<bool>("SELECT due_at > now() + interval '30 minutes' FROM conductor.work_parts WHERE token IS NOT NULL"));
        Assert.Empty(await ClaimAsync("thief", 1));
        Assert.Equal((WorkPartState.Running, "w", "half of it"), (await ListAsync("b")) is [var part, ..] ? (part.State, part.Worker, part.Output) : default);
        await CompleteAsync(held);
        Assert.Equal((WorkPartState.Completed, "all of it", 0.5), (await ListAsync("b")) is [var done, ..] ? (done.State, done.Output, done.EnergyKwh) : default);
    }

    [Fact]
    public async Task APartThatFailsTooOftenFailsItsPhase()
    {
        await DefineAsync("b");
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var held = Assert.Single(await Eventually.Is(() => ClaimAsync("w", 1), claims => claims.Count == 1));
            Assert.Equal(attempt, held.Attempt);
            Assert.Equal(attempt == 3, (await FailAsync(held)).PhaseFailed);
        }

        Assert.Equal(PhaseState.Failed, (await _service.Pipelines.GetBatchAsync(new() { BatchId = "b" })).Batch.Phases.Single().State);
        Assert.Equal("exit code 3", (await ListAsync("b"))[0].Failure);
        Assert.Empty(await ClaimAsync("w", 1));
    }

    [Fact]
    public async Task APartThatFailedForGoodIsNotHandedOutWhileItsPhaseIsStillToFail()
    {
        await _service.DisposeAsync();
        _service = await StartAsync("--Work:SweepEvery=01:00:00");
        await DefineAsync("b", parts: 2);
        var held = await ClaimAsync("w", 2);
        // As a kill leaves it between the failure of the part and that of its phase.
        await _database.Database.ExecuteAsync($"UPDATE conductor.work_parts SET failures = 3, failure = 'exit code 3', token = NULL, due_at = 'infinity' WHERE token = {held[0].Token}");
        await CompleteAsync(held[1]);
        Assert.Empty(await ClaimAsync("w", 1));
        await using var swept = await StartAsync();
        await Eventually.True(async () => (await _service.Pipelines.GetBatchAsync(new() { BatchId = "b" })).Batch.Phases.Single().State == PhaseState.Failed);
        // Somebody else's report counts for what it says.
        await _service.Pipelines.ReportPhaseAsync(new() { BatchId = "b", Phase = "prepare", EntityId = held[0].Part, Status = PhaseStatus.Success });
        Assert.Equal(PhaseState.Complete, (await _service.Pipelines.GetBatchAsync(new() { BatchId = "b" })).Batch.Phases.Single().State);
        Assert.Equal(["train", "train"], (await ClaimAsync("w", 10)).Select(c => c.Phase));
    }

    [Fact]
    public async Task ALaterOrderBeginsAnewAndItsOwnFailureIsTold()
    {
        await DefineAsync("b");
        await FailAsync(Assert.Single(await ClaimAsync("w", 1)), forGood: true);
        Assert.Equal(PhaseState.Failed, await StateAsync("b"));
        await _service.Work.WithdrawWorkAsync(new() { BatchId = "b", Revision = 1 });
        await DefineAsync("b", revision: 2);
        Assert.Equal(PhaseState.Running, await StateAsync("b"));
        var held = Assert.Single(await ClaimAsync("w", 1));
        Assert.Equal(1, held.Attempt);
        await FailAsync(held, forGood: true);
        Assert.Equal(PhaseState.Failed, await StateAsync("b"));
        Assert.Equal(2, (await _service.EventsAsync()).Count(e => e.BatchPhaseProgressed is { EntityId: "", Succeeded: false }));
    }

    [Fact]
    public async Task WorkThatWasClaimedTooOftenIsHandedOutUnderALaterOrder()
    {
        await DefineAsync("b");
        await using var brief = await StartAsync("--Work:Lease=00:00:01", "--Work:MaxClaims=2");
        await Eventually.Is(() => ClaimAsync("w", 1, brief), claims => claims is [{ Attempt: 2 }]);
        await Eventually.True(async () => await StateAsync("b") == PhaseState.Failed);
        await DefineAsync("b", revision: 2);
        Assert.Equal(1, Assert.Single(await ClaimAsync("w", 1, brief)).Attempt);
    }

    [Fact]
    public async Task WhatFailedAndHandedBackAttemptsTookIsCountedOnce()
    {
        await DefineAsync("b", parts: 2);
        var held = await ClaimAsync("w", 2);
        await FailAsync(held[0], energy: 1);
        await RefusedAsync(() => FailAsync(held[0], energy: 1));
        await FailAsync(Assert.Single(await Eventually.Is(() => ClaimAsync("w", 1), claims => claims.Count == 1)), handBack: true, energy: 0.25);
        var last = Assert.Single(await ClaimAsync("w", 1));
        await CompleteAsync(last);
        await CompleteAsync(last);
        Assert.Equal((1.75, 1), await EnergyAsync());
        Assert.Equal(1.75, (await ListAsync("b")).Single(p => (p.Phase, p.Part) == (last.Phase, last.Part)).EnergyKwh);

        await FailAsync(held[1], energy: 2);
        await FailAsync(Assert.Single(await Eventually.Is(() => ClaimAsync("w", 1), claims => claims.Count == 1)), forGood: true, energy: 4);
        Assert.Equal((7.75, 2), await EnergyAsync());
        await DefineAsync("b", parts: 2, revision: 2);
        await CompleteAsync(Assert.Single(await ClaimAsync("w", 1)));
        Assert.Equal((8.25, 3), await EnergyAsync());

        await _redis.KillAsync();
        Directory.Delete(Path.Combine(_redis.DataDirectory, "appendonlydir"), recursive: true);
        await _redis.StartAgainAsync();
        Assert.Equal((8.25, 3), await Eventually.Is(EnergyAsync, _ => true));

        async Task<(double, long)> EnergyAsync() => (await _service.Pipelines.GetBatchAsync(new() { BatchId = "b" })).Batch.Phases[0] is var phase ? (phase.EnergyKwh, phase.EnergyReports) : default;
    }

    [Fact]
    public async Task AFailureOfAForeignOrACompletePhaseLeavesTheOrderAsItIs()
    {
        await DefineAsync("b");
        await CompleteAsync(Assert.Single(await ClaimAsync("w", 1)));
        var held = Assert.Single(await ClaimAsync("w", 1));
        await ReportAsync("b", "prepare", PhaseStatus.Failed);
        await ReportAsync("b", "publish", PhaseStatus.Failed);
        Assert.Single(await RenewAsync(held));
        await CompleteAsync(held);
        Assert.Equal("evaluate", Assert.Single(await ClaimAsync("w", 1)).Phase);
    }

    [Fact]
    public async Task AnOrderGoesOnWhenEveryPhaseThatFailedIsCompleteAfterAll()
    {
        await DefineAsync("b", parts: 2);
        await FailAsync(Assert.Single(await ClaimAsync("w", 1)));
        await ReportAsync("b", "train", PhaseStatus.Failed);
        Assert.Empty(await ClaimAsync("w", 10));
        await ReportAsync("b", "train", PhaseStatus.Success);
        Assert.Equal(["prepare", "prepare"], (await ClaimAsync("w", 10)).Select(c => c.Phase));

        await DefineAsync("two", parts: 2);
        await ReportAsync("two", "prepare", PhaseStatus.Failed);
        await ReportAsync("two", "train", PhaseStatus.Failed);
        await ReportAsync("two", "prepare", PhaseStatus.Success);
        Assert.Empty(await ClaimAsync("w", 10));
        await ReportAsync("two", "train", PhaseStatus.Success);
        Assert.Equal(["evaluate", "evaluate"], (await ClaimAsync("w", 10)).Select(c => c.Phase));

        await DefineAsync("withdrawn");
        await ReportAsync("withdrawn", "prepare", PhaseStatus.Failed);
        await _service.Work.WithdrawWorkAsync(new() { BatchId = "withdrawn", Revision = 1 });
        await ReportAsync("withdrawn", "prepare", PhaseStatus.Success);
        Assert.Empty(await ClaimAsync("w", 10));
    }

    [Theory]
    [InlineData(2_000)]
    // Shorter than an answer takes: it does not wait.
    [InlineData(900)]
    public async Task AClaimThatWaitsIsAnsweredBeforeItsDeadline(int milliseconds)
    {
        var request = new ClaimWorkRequest { Worker = "w1", Zones = { Zone }, Jobs = { Job }, Wait = TimeSpan.FromSeconds(20).ToDuration() };

        // On a busy machine the answer itself may be late.
        var answer = await Eventually.Is(
            async () => await _service.Work.ClaimWorkAsync(request, deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(milliseconds)), _ => true);

        Assert.Empty(answer.Claims);
    }

    [Fact]
    public async Task WhatIsHandedBackGoesToTheNextAtOnce()
    {
        await DefineAsync("b");
        var held = Assert.Single(await ClaimAsync("w1", 1));
        var waiting = ClaimAsync("w2", 1, wait: TimeSpan.FromSeconds(20));
        await FailAsync(held, handBack: true);
        Assert.Equal(1, Assert.Single(await waiting).Attempt);
    }

    [Fact]
    public async Task WithdrawnWorkIsTakenFromItsHolder()
    {
        await DefineAsync("b", parts: 2);
        var held = Assert.Single(await ClaimAsync("w", 1));
        await _service.Work.WithdrawWorkAsync(new() { BatchId = "b", Revision = 2 });
        Assert.Empty(await RenewAsync(held));
        Assert.Empty(await ClaimAsync("w", 10));
        // An order that was on its way changes nothing; a later one does.
        await DefineAsync("b", parts: 2);
        Assert.Empty(await ClaimAsync("w", 10));
        await DefineAsync("b", parts: 2, revision: 3);
        Assert.Equal(2, (await ClaimAsync("w", 10)).Count);
        await _service.Work.WithdrawWorkAsync(new() { BatchId = "never ordered", Revision = 1 });
        await DefineAsync("never ordered");
        Assert.Empty(await ClaimAsync("w", 10));
    }

    [Fact]
    public async Task AKilledAndEmptiedRedisGivesNoPartTwice()
    {
        await DefineAsync("b", parts: 4);
        var before = await ClaimAsync("w1", 2);
        await CompleteAsync(before[0]);
        await _redis.KillAsync();
        Directory.Delete(Path.Combine(_redis.DataDirectory, "appendonlydir"), recursive: true);
        var during = await ClaimAsync("w2", 10);
        Assert.Equal(2, during.Count);
        await _redis.StartAgainAsync();
        await RenewAsync(before[1]);
        Assert.Empty(await ClaimAsync("w3", 10));
        foreach (var claim in during.Append(before[1]))
            await Eventually.Is(() => CompleteAsync(claim), _ => true);
        var prepared = (await _service.Pipelines.GetBatchAsync(new() { BatchId = "b" })).Batch.Phases.Single();
        Assert.Equal((4, PhaseState.Complete), (prepared.Completed, prepared.State));
        Assert.Equal(4, (await ClaimAsync("w1", 10)).Count(c => c.Phase == "train"));
    }

    [Fact]
    public async Task AReportOfSomebodyElseTakesThePartAway()
    {
        await DefineAsync("b", parts: 2);
        var held = await ClaimAsync("w", 1);
        await _service.Pipelines.ReportPhaseAsync(new() { BatchId = "b", Phase = "prepare", EntityId = held[0].Part, Status = PhaseStatus.Success });
        Assert.Empty(await RenewAsync(held[0]));
        await _service.Pipelines.ReportPhaseAsync(new() { BatchId = "b", Phase = "prepare", Status = PhaseStatus.Success });
        Assert.Equal(["train", "train"], (await ClaimAsync("w", 10)).Select(c => c.Phase));
    }

    [Theory]
    [InlineData("nothing", "limit", "5", "job")]
    [InlineData(Job, "limit", "; rm -rf /", "parameters.limit")]
    [InlineData(Job, "limit", "0", "parameters.limit")]
    [InlineData(Job, "limit", "1e3", "parameters.limit")]
    [InlineData(Job, "label", "$(reboot)", "parameters.label")]
    [InlineData(Job, "label", "--force", "parameters.label")]
    [InlineData(Job, "label", "../../etc/passwd", "parameters.label")]
    [InlineData(Job, "other", "5", "parameters.other")]
    [InlineData(Job, "LIMIT; reboot", "5", "parameters")]
    public async Task AWrongJobIsRefusedByItsField(string job, string name, string value, string field)
    {
        await JoinAsync();
        var request = new CheckJobRequest { Job = job, Parameters = { ["limit"] = "5000" } };
        request.Parameters[name] = value;
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await _service.Work.CheckJobAsync(request));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.StartsWith(field + " ", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMegabyteOfParametersIsRefused()
    {
        await JoinAsync();
        var request = new CheckJobRequest { Job = Job, Parameters = { ["limit"] = "5", ["label"] = new string('a', 1 << 20) } };
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await _service.Work.CheckJobAsync(request));
        Assert.StartsWith("parameters ", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DefaultsAreFilledInAndWorkersAreListed()
    {
        await JoinAsync();
        var good = await _service.Work.CheckJobAsync(new CheckJobRequest { Job = Job, Parameters = { ["limit"] = "7" } });
        Assert.Equal(("7", "none"), (good.Parameters["limit"], good.Parameters["label"]));
        await DefineAsync("b");
        await ClaimAsync("w", 1);
        var worker = Assert.Single((await _service.Work.ListWorkersAsync(new())).Workers);
        Assert.Equal(("w", Job, 1), (worker.Name, worker.Jobs.Single().Name, worker.Running));
    }

    // Leases outlast a test on a busy machine, but for those that are to end.
    private Task<ConductorService> StartAsync(params string[] settings) => ConductorService.StartOnAsync(
        _database.Database.Uri, _redis.Address, ["--Work:Lease=01:00:00", "--Work:RetryDelay=00:00:00.05", "--Work:Recheck=00:00:00.1", "--Work:SweepEvery=00:00:00.2", .. settings]);

    private async Task DefineAsync(
        string batch, int parts = 1, long revision = 1, string job = Job, string zone = Zone, DateTimeOffset? from = null, DateTimeOffset? deadline = null) =>
        await _service.Pipelines.DefinePipelineAsync(new DefinePipelineRequest
        {
            BatchId = batch,
            RequestedPipeline = "compute_evaluation",
            CorrelationId = "c",
            TotalEntities = parts,
            Work = new WorkOrder
            {
                Revision = revision,
                Zone = zone,
                Job = job,
                Parameters = { ["limit"] = "5000" },
                NotBefore = from?.ToTimestamp(),
                Deadline = deadline?.ToTimestamp(),
            },
        });

    private async Task JoinAsync() => await _service.Work.JoinWorkAsync(new JoinWorkRequest
    {
        Worker = new Worker
        {
            Name = "w",
            Zones = { Zone },
            Jobs =
            {
                new WorkerJob
                {
                    Name = Job,
                    Parameters =
                    {
                        new JobParameter { Name = "limit", Type = ParameterType.Integer, Min = 1, Max = 1e9 },
                        new JobParameter { Name = "label", Type = ParameterType.Text, DefaultValue = "none" },
                    },
                },
            },
        },
    });

    private async Task<IReadOnlyList<Claim>> ClaimAsync(string worker, int most, ConductorService? at = null, TimeSpan? wait = null) => (await (at ?? _service).Work.ClaimWorkAsync(
        new ClaimWorkRequest { Worker = worker, Zones = { Zone }, Jobs = { Job }, MaxParts = most, Wait = wait?.ToDuration() })).Claims;

    /// <summary>Completes these parts; what can be claimed then.</summary>
    private async Task<IReadOnlyList<Claim>> PhaseAsync(string batch, string phase, IReadOnlyList<Claim> claims)
    {
        foreach (var claim in claims.Where(c => c.BatchId == batch && c.Phase == phase))
        {
            Assert.Empty(await ClaimAsync("w2", 10));
            await CompleteAsync(claim);
        }

        return [.. (await ClaimAsync("w2", 10)).OrderBy(c => c.Part, StringComparer.Ordinal)];
    }

    private async Task<CompleteWorkResponse> CompleteAsync(Claim claim) => await _service.Work.CompleteWorkAsync(
        new CompleteWorkRequest { Token = claim.Token, BatchId = claim.BatchId, Phase = claim.Phase, Part = claim.Part, EnergyKwh = 0.5, Output = "all of it" });

    private async Task<FailWorkResponse> FailAsync(Claim claim, bool handBack = false, bool forGood = false, double energy = 0) => await _service.Work.FailWorkAsync(
        new FailWorkRequest { Token = claim.Token, BatchId = claim.BatchId, Phase = claim.Phase, Part = claim.Part, HandBack = handBack, ForGood = forGood, EnergyKwh = energy, Reason = "exit code 3" });

    private async Task<PhaseState> StateAsync(string batch) => (await _service.Pipelines.GetBatchAsync(new() { BatchId = batch })).Batch.Phases.Single().State;

    private async Task ReportAsync(string batch, string phase, PhaseStatus status, string part = "") =>
        await _service.Pipelines.ReportPhaseAsync(new() { BatchId = batch, Phase = phase, EntityId = part, Status = status });

    private async Task<IReadOnlyList<Renewed>> RenewAsync(Claim claim) =>
        (await _service.Work.RenewWorkAsync(new RenewWorkRequest { Worker = "w", Renewals = { new Renewal { Token = claim.Token, Output = "half of it" } } })).Renewed;

    private async Task<IReadOnlyList<WorkPart>> ListAsync(string batch) => (await _service.Work.ListWorkAsync(new() { BatchId = batch })).Parts;

    private static async Task<(StatusCode Status, bool IsLost)> RefusedAsync<T>(Func<Task<T>> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(call);
        return (refused.StatusCode, refused.Status.Detail.Contains("lease", StringComparison.Ordinal));
    }
}
