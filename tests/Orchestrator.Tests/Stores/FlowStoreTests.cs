using Npgsql;
using Pylon.Common.V1;
using Pylon.Events.V1;
using Pylon.Orchestrator.Flow;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Workloads;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Stores;

public sealed class FlowStoreTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task LostLeaseWritesNothing()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        var former = Offers.LeaseOf(workload);
        await database.ExpireAsync(workload.Id);
        Assert.Single(await database.ClaimAsync(Guid.NewGuid()));
        var before = await SnapshotAsync();

        await LostAsync(() => database.WriteAsync(former, database.Flow.Offer(workload, former, [Offers.Bookable(1), Offers.Bookable(2), Offers.Bookable(3)], null, "s", "BUILT_IN")));
        await LostAsync(() => database.Flow.RetryAsync(workload, former, "r", "", false, TimeSpan.Zero, DateTimeOffset.UnixEpoch, None));
        await LostAsync(() => database.Flow.FailAsync(workload, former, "r", false, null, None));
        await LostAsync(() => database.Flow.ScheduleAsync(workload, former, Offers.Bookable(1).Recommendation, None));
        await LostAsync(() => database.Flow.AskAgainAsync(workload, former, "r", None));
        await LostAsync(() => database.Flow.CancelAsync(former, None));
        await LostAsync(() => database.WriteAsync(former, FlowStore.GivingOrder(workload.Id, 1, "order")));
        await LostAsync(() => database.WriteAsync(former, FlowStore.Announcement(workload.Id, Guid.NewGuid(), Guid.NewGuid(), "discover", 0)));
        await database.Flow.ReleaseAsync(former, None);

        Assert.Equal(before, await SnapshotAsync());

        Task LostAsync(Func<Task> write) => Assert.ThrowsAsync<LeaseLostException>(write);

        async Task<string?> SnapshotAsync() => await database.ScalarAsync<string>(
            """
            SELECT jsonb_build_array(
                (SELECT jsonb_agg(w) FROM compute_workloads w), (SELECT count(*) FROM outbox),
                (SELECT count(*) FROM workload_recommendations), (SELECT count(*) FROM dead_letters))::text
            """);
    }

    [Fact]
    public async Task OfferAndItsEventAreOne()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.OfferedAsync();
        var options = await database.Workloads.OptionsOfAsync(workload.Id, None);

        Assert.Equal(("pending_user_choice", "three zones", "BUILT_IN"), (workload.Status, workload.Summary, workload.SummaryEngine));
        Assert.True(await database.ScalarAsync<bool>("SELECT bpp_processed AND lease_owner IS NULL FROM compute_workloads"));
        Assert.Equal([1, 2, 3], options.Select(o => o.Recommendation.Rank));
        Assert.Equal([BookingState.Confirmed, BookingState.None, BookingState.None], options.Select(o => o.Recommendation.BookingState));
        Assert.Equal([true, true, false], options.Select(o => o.Offer is not null));
        Assert.Equal("offer-2", options[1].Offer!.Offer!.Value.GetProperty("beckn:id").GetString());
        Assert.Equal(
            options.Select(o => Guid.Parse(o.Recommendation.GridZoneId)),
            await database.ListAsync<Guid>(
                "SELECT unnest(ARRAY[recommended_1_grid_zone_id, recommended_2_grid_zone_id, recommended_3_grid_zone_id]) FROM compute_workloads"));
        Assert.Equal(["pylon.workload.queued.v1", "pylon.workload.recommended.v1"], await database.EventsOfAsync(workload.Id));
        var announced = Google.Protobuf.JsonParser.Default.Parse<Event>(
            await database.ScalarAsync<string>("SELECT payload::text FROM outbox WHERE type = 'pylon.workload.recommended.v1'"));
        Assert.Equal(options.Select(o => o.Recommendation.GridZoneId), announced.WorkloadRecommended.Recommendations.Select(r => r.GridZoneId));
    }

    [Fact]
    public async Task OfferThatCannotBeAnnouncedIsNotMade()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        await database.Server.ExecuteAsync("ALTER TABLE orchestrator.outbox ADD CONSTRAINT broken CHECK (type <> 'pylon.workload.recommended.v1')");

        await Assert.ThrowsAsync<PostgresException>(() => database.WriteAsync(
            Offers.LeaseOf(workload),
            database.Flow.Offer(workload, Offers.LeaseOf(workload), [Offers.Bookable(1), Offers.Bookable(2), Offers.Bookable(3)], null, "s", "BUILT_IN")));

        Assert.Equal("processing", (await database.FindAsync(workload.Id)).Status);
        Assert.Empty(await database.Workloads.OptionsOfAsync(workload.Id, None));
    }

    [Fact]
    public async Task StepIsAnnouncedOnce()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        var message = Guid.NewGuid();
        for (var i = 0; i < 3; i++)
            await database.WriteAsync(Offers.LeaseOf(workload), FlowStore.Announcement(workload.Id, Guid.NewGuid(), message, "discover", 0));
        Assert.Equal(["pylon.workload.queued.v1", "pylon.workload.step_completed.v1"], await database.EventsOfAsync(workload.Id));
    }

    [Fact]
    public async Task RetryQueuesAgainForLaterInANewTransaction()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        await database.Flow.RetryAsync(workload, Offers.LeaseOf(workload), "the provider is down", "", false, TimeSpan.FromMinutes(1), DateTimeOffset.UnixEpoch, None);

        var retried = await database.FindAsync(workload.Id);
        Assert.Equal(("queued", 1, "the provider is down"), (retried.Status, retried.Attempts, retried.FailureReason));
        Assert.Null(retried.TransactionId);
        Assert.Empty(await database.ClaimAsync(Guid.NewGuid()));
        Assert.InRange((await database.Flow.NextDueAsync(None))!.Value, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1));
        Assert.Equal("pylon.workload.retry_scheduled.v1", (await database.EventsOfAsync(workload.Id))[^1]);
    }

    [Fact]
    public async Task RefusedItemIsNoFailedAttempt()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        await database.Flow.RetryAsync(workload, Offers.LeaseOf(workload), "sold out", "item-1", false, TimeSpan.Zero, DateTimeOffset.UnixEpoch, None);
        var again = Assert.Single(await database.ClaimAsync(Guid.NewGuid()));
        Assert.Equal(0, again.Attempts);
        Assert.Equal(["item-1"], again.RefusedItemIds);
    }

    [Fact]
    public async Task TransactionThatMayHoldABookingIsKept()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        var transaction = workload.TransactionId;
        Assert.True(workload.IsNewTransaction);
        await database.Flow.RetryAsync(workload, Offers.LeaseOf(workload), "no on_confirm", "", true, TimeSpan.Zero, DateTimeOffset.UnixEpoch, None);
        var again = Assert.Single(await database.ClaimAsync(Offers.Owner));
        Assert.Equal((transaction, false), (again.TransactionId, again.IsNewTransaction));
        await database.Flow.FailAsync(workload, Offers.LeaseOf(workload), "no on_confirm", true, null, None);
        Assert.Equal(transaction, (await database.FindAsync(workload.Id)).TransactionId);
    }

    [Fact]
    public async Task FailureLeavesADeadLetterThatIsReplayed()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        await database.Flow.FailAsync(workload, Offers.LeaseOf(workload), "the provider is gone", false, null, None);

        var failed = await database.FindAsync(workload.Id);
        Assert.Equal(("failed", 1, "the provider is gone"), (failed.Status, failed.Attempts, failed.FailureReason));
        var letter = Assert.Single(await database.Workloads.DeadLettersAsync(null, false, 10, None));
        Assert.Equal((workload.Id.ToString(), "training", "the provider is gone", 1), (letter.WorkloadId, letter.WorkloadName, letter.Reason, letter.Attempts));
        Assert.Empty(await database.ClaimAsync(Guid.NewGuid()));

        Assert.True(await database.Workloads.ReplayAsync(failed, NewConstraints.None, None));
        Assert.False(await database.Workloads.ReplayAsync(failed, NewConstraints.None, None));
        Assert.Empty(await database.Workloads.DeadLettersAsync(null, false, 10, None));
        Assert.NotNull(Assert.Single(await database.Workloads.DeadLettersAsync(null, true, 10, None)).SettledAt);
        var again = Assert.Single(await database.ClaimAsync(Guid.NewGuid()));
        Assert.Equal((0, null), (again.Attempts, again.FailureReason));
        Assert.Equal(
            ["pylon.workload.queued.v1", "pylon.workload.failed.v1", "pylon.workload.queued.v1"], await database.EventsOfAsync(workload.Id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FailedWorkloadThatIsQueuedByPlainSqlFailsAgainWithADeadLetter(bool whileChoosing)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = whileChoosing ? await database.OfferedAsync() : await database.ClaimedAsync();
        if (whileChoosing)
        {
            await database.ChooseAsync(workload.Id, 2);
            workload = Assert.Single(await database.ClaimAsync(Offers.Owner));
        }

        for (var round = 1; round <= 2; round++)
        {
            await database.Flow.FailAsync(workload, Offers.LeaseOf(workload), $"failure {round}", false, null, None);
            await database.ExecuteAsync("UPDATE compute_workloads SET status = 'queued' WHERE id = $1", workload.Id);
            Assert.Empty(await database.Workloads.DeadLettersAsync(null, false, 10, None));
            workload = Assert.Single(await database.ClaimAsync(Offers.Owner));
            Assert.Equal((0, null, null), (workload.Attempts, workload.FailureReason, workload.ChosenOption));
        }

        await database.Flow.FailAsync(workload, Offers.LeaseOf(workload), "failure 3", false, null, None);
        Assert.Equal("failure 3", Assert.Single(await database.Workloads.DeadLettersAsync(null, false, 10, None)).Reason);
        Assert.Equal(3, (await database.Workloads.DeadLettersAsync(null, true, 10, None)).Count);
    }

    [Theory]
    [InlineData("step")]
    [InlineData("order")]
    public async Task WriteUnderALeaseWaitsForWhoeverChangesTheWorkload(string write)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var offered = await database.OfferedAsync();
        await database.ChooseAsync(offered.Id, 2);
        var workload = Assert.Single(await database.ClaimAsync(Offers.Owner));
        var before = await database.EventsOfAsync(workload.Id);
        await using var other = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"UPDATE compute_workloads SET lease_owner = gen_random_uuid() WHERE id = '{workload.Id}'", other, transaction))
            await command.ExecuteNonQueryAsync();

        var writing = write == "step"
            ? database.WriteAsync(Offers.LeaseOf(workload), FlowStore.Announcement(workload.Id, Guid.NewGuid(), Guid.NewGuid(), "select", 2))
            : database.WriteAsync(Offers.LeaseOf(workload), FlowStore.GivingOrder(workload.Id, 2, "order-late"));
        await Eventually.True(async () => writing.IsCompleted || await database.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0);
        await transaction.CommitAsync();

        await Assert.ThrowsAsync<LeaseLostException>(() => writing);
        Assert.Equal(before, await database.EventsOfAsync(workload.Id));
    }

    [Fact]
    public async Task FailedChoiceIsReplayedAsAChoice()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var offered = await database.OfferedAsync();
        Assert.True(await database.ChooseAsync(offered.Id, 2));
        var choosing = Assert.Single(await database.ClaimAsync(Offers.Owner));
        await database.Flow.FailAsync(choosing, Offers.LeaseOf(choosing), "no on_init", true, null, None);
        Assert.True(await database.Workloads.ReplayAsync(await database.FindAsync(offered.Id), NewConstraints.None, None));
        var again = Assert.Single(await database.ClaimAsync(Guid.NewGuid()));
        Assert.Equal((Status.Choosing, 2), (again.Status, again.ChosenOption));
    }

    [Fact]
    public async Task ReplayRemembersRefusalsOfATransactionThatGoesOn()
    {
        // The stored messages of the transaction are about the item that came after the refused ones.
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        await database.Flow.RetryAsync(workload, Offers.LeaseOf(workload), "sold out", "item-1", false, TimeSpan.Zero, DateTimeOffset.UnixEpoch, None);
        workload = Assert.Single(await database.ClaimAsync(Offers.Owner));
        await database.Flow.FailAsync(workload, Offers.LeaseOf(workload), "no on_confirm", true, null, None);
        await database.Workloads.ReplayAsync(await database.FindAsync(workload.Id), NewConstraints.None, None);
        Assert.Equal(["item-1"], Assert.Single(await database.ClaimAsync(Offers.Owner)).RefusedItemIds);
    }

    [Fact]
    public async Task ReplayInANewTransactionAsksForAllItemsAgain()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        await database.Flow.RetryAsync(workload, Offers.LeaseOf(workload), "sold out", "item-1", false, TimeSpan.Zero, DateTimeOffset.UnixEpoch, None);
        workload = Assert.Single(await database.ClaimAsync(Offers.Owner));
        await database.Flow.FailAsync(workload, Offers.LeaseOf(workload), "down", false, null, None);
        await database.Workloads.ReplayAsync(await database.FindAsync(workload.Id), NewConstraints.None, None);
        Assert.Empty(Assert.Single(await database.ClaimAsync(Offers.Owner)).RefusedItemIds);
    }

    [Fact]
    public async Task RefusedOptionLetsTheUserChooseAgain()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var offered = await database.OfferedAsync();
        await database.ChooseAsync(offered.Id, 2);
        var choosing = Assert.Single(await database.ClaimAsync(Offers.Owner));
        await database.Flow.AskAgainAsync(choosing, Offers.LeaseOf(choosing), "sold out", None);
        var asked = await database.FindAsync(offered.Id);
        Assert.Equal((Status.PendingUserChoice, null, "sold out"), (asked.Status, asked.ChosenOption, asked.FailureReason));
        Assert.True(await database.ChooseAsync(offered.Id, 3));
    }
}
