using Pylon.Orchestrator.Api;
using Pylon.Orchestrator.Beckn;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Workloads;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Tests.Stores;

public sealed class WorkloadStoreTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task WhatIsSubmittedIsRead()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var asked = new WorkloadRecord
        {
            Id = Guid.Empty,
            Name = "night batch",
            Request = "anywhere green",
            WorkloadType = "AI_TRAINING",
            Urgency = "HIGH",
            RequiredGpuMins = 90,
            ComputeLoadMw = 1.25,
            CarbonCapGco2 = 1e6,
            MaxPriceGbp = 12.5,
            Deadline = new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero),
            UserEmail = "leena@example.org",
        };
        var stored = await database.Workloads.SubmitAsync(Guid.NewGuid(), asked, None);
        Assert.True(WorkloadMapping.IsSameRequest(asked, await database.FindAsync(stored.Id)));
        Assert.Equal(Status.Queued, stored.Status);
    }

    [Fact]
    public async Task RepeatedRequestIsOneWorkload()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var request = Guid.NewGuid();
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
            (await database.Workloads.SubmitAsync(request, new WorkloadRecord { Id = Guid.Empty, Name = "once" }, None)).Id));
        Assert.Single(ids.Distinct());
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM workload_notifications"));
    }

    [Fact]
    public async Task PagesHoldEachWorkloadOnceNewestFirst()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        // Seven at the same moment, so that the id has to break the tie.
        await database.ExecuteAsync("INSERT INTO compute_workloads (workload_name, submitted_at) SELECT 'w' || n, now() - make_interval(hours => n / 8) FROM generate_series(1, 14) n");
        var seen = new List<WorkloadRecord>();
        PageToken? after = null;
        while (true)
        {
            var page = await database.Workloads.PageAsync(after, [], 4, None);
            seen.AddRange(page);
            if (page.Count < 4)
                break;
            after = PageToken.Decode(new PageToken(page[^1].SubmittedAt, page[^1].Id).Encode());
        }

        Assert.Equal(14, seen.Select(w => w.Id).Distinct().Count());
        Assert.Equal(14, seen.Count);
        Assert.Equal(seen.Select(w => w.SubmittedAt).OrderDescending(), seen.Select(w => w.SubmittedAt));
    }

    [Fact]
    public async Task PageIsOfTheStatesAskedFor()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        await database.ClaimedAsync();
        var queued = await database.SubmitAsync();
        Assert.Equal([queued.Id], (await database.Workloads.PageAsync(null, [Status.Queued, Status.Failed], 10, None)).Select(w => w.Id));
        Assert.Equal(2, (await database.Workloads.PageAsync(null, [], 10, None)).Count);
    }

    [Fact]
    public async Task DeadLettersArePaged()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        for (var i = 0; i < 3; i++)
        {
            var workload = await database.ClaimedAsync();
            await database.Flow.FailAsync(workload, Offers.LeaseOf(workload), $"reason {i}", false, null, None);
        }

        var first = await database.Workloads.DeadLettersAsync(null, false, 2, None);
        var second = await database.Workloads.DeadLettersAsync(
            new PageToken(first[^1].LastFailedAt.ToDateTimeOffset(), Guid.Parse(first[^1].Id)), false, 2, None);
        Assert.Equal(["reason 2", "reason 1", "reason 0"], first.Concat(second).Select(l => l.Reason));
    }

    [Fact]
    public async Task OfTwoUsersWhoChooseOneWins()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        for (var round = 0; round < 10; round++)
        {
            var offered = await database.OfferedAsync();
            var won = await Task.WhenAll(database.ChooseAsync(offered.Id, 1, settled: true), database.ChooseAsync(offered.Id, 2));
            Assert.Single(won, w => w);
            Assert.Equal(won[0] ? 1 : 2, (await database.FindAsync(offered.Id)).ChosenOption);
            Assert.Single(await database.EventsOfAsync(offered.Id), e => e == "pylon.workload.choice_made.v1");
        }
    }

    [Fact]
    public async Task BookedOptionIsScheduledAtOnce()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var offered = await database.OfferedAsync();
        Assert.True(await database.ChooseAsync(offered.Id, 1, settled: true));
        Assert.Equal(Status.Scheduled, (await database.FindAsync(offered.Id)).Status);
        Assert.Equal(["pylon.workload.choice_made.v1", "pylon.workload.scheduled.v1"], (await database.EventsOfAsync(offered.Id)).TakeLast(2));
    }

    [Theory]
    [InlineData("queued", true)]
    [InlineData("processing", true)]
    [InlineData("pending_user_choice", true)]
    [InlineData("choosing", true)]
    [InlineData("scheduled", true)]
    [InlineData("failed", true)]
    [InlineData("cancelling", false)]
    [InlineData("cancelled", false)]
    public async Task CancelIsForEveryStateBeforeIt(string status, bool allowed)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var id = await database.ArrangeAsync(status);
        Assert.Equal(allowed, await database.Workloads.CancelAsync(id, None));
        Assert.Equal(allowed ? Status.Cancelling : status, (await database.FindAsync(id)).Status);
    }

    [Fact]
    public async Task CancellationByPlainSqlTakesTheLease()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        await database.ExecuteAsync("UPDATE compute_workloads SET status = 'cancelling' WHERE id = $1", workload.Id);
        await Assert.ThrowsAsync<LeaseLostException>(() => database.Flow.FailAsync(workload, Offers.LeaseOf(workload), "late", false, null, None));
        await database.ExpireAsync(workload.Id);
        Assert.Equal(Status.Cancelling, Assert.Single(await database.ClaimAsync(Guid.NewGuid())).Status);
    }

    [Theory]
    [InlineData(BecknOrder.Open, true)]
    [InlineData(BecknOrder.Pending, false)]
    public async Task CancellationBeginsWhenTheAttemptHasStoppedUnlessAConfirmMayBeOnItsWay(string order, bool atOnce)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        var lease = Offers.LeaseOf(workload);
        await database.ExecuteAsync(BecknStore.Opening("o1", workload.Id, Guid.NewGuid(), "item"));
        await database.ExecuteAsync(BecknStore.Moving("o1", order, BecknOrder.Open));

        Assert.True(await database.Workloads.CancelAsync(workload.Id, None));
        Assert.Empty(await database.ClaimAsync(Guid.NewGuid()));
        Assert.False(await database.Flow.RenewAsync(lease, TimeSpan.FromMinutes(1), None));
        await Assert.ThrowsAsync<LeaseLostException>(() => database.Flow.FailAsync(workload, lease, "late", false, null, None));

        await database.Flow.MakeWayAsync(workload.Id, None);
        Assert.Equal(atOnce ? 1 : 0, (await database.ClaimAsync(Guid.NewGuid())).Count);
        await database.ExpireAsync(workload.Id);
        Assert.Equal(Status.Cancelling, Assert.Single(await database.ClaimAsync(Guid.NewGuid())).Status);
    }

    [Fact]
    public async Task CancellingAFailedWorkloadClosesItsDeadLetter()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        await database.Flow.FailAsync(workload, Offers.LeaseOf(workload), "down", false, null, None);
        Assert.True(await database.Workloads.CancelAsync(workload.Id, None));
        Assert.Empty(await database.Workloads.DeadLettersAsync(null, false, 10, None));
    }

    [Theory]
    [InlineData(BecknOrder.Pending, Status.Choosing)]
    [InlineData(BecknOrder.Confirmed, Status.Choosing)]
    [InlineData(BecknOrder.Open, Status.Scheduled)]
    [InlineData(BecknOrder.Refused, Status.Scheduled)]
    [InlineData(BecknOrder.Cancelled, Status.Scheduled)]
    public async Task ChoiceIsSettledWhenNoOtherOrderMayBeHeld(string other, string status)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var offered = await database.OfferedAsync();
        await database.ExecuteAsync(BecknStore.Opening("of no option", offered.Id, Guid.NewGuid(), "another item"));
        await database.ExecuteAsync(BecknStore.Moving("of no option", other, BecknOrder.Open));
        Assert.True(await database.ChooseAsync(offered.Id, 1, settled: true));
        Assert.Equal(status, (await database.FindAsync(offered.Id)).Status);
    }

    [Fact]
    public async Task ChoiceIsNotSettledWhenItsOrderWasLostMeanwhile()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var offered = await database.OfferedAsync();
        var options = await database.Workloads.OptionsOfAsync(offered.Id, None);
        await database.ExecuteAsync("UPDATE beckn_orders SET state = 'cancelled'");
        Assert.True(await database.Workloads.ChooseAsync(offered, options[0].Recommendation, true, None));
        Assert.Equal(Status.Choosing, (await database.FindAsync(offered.Id)).Status);
    }
}
