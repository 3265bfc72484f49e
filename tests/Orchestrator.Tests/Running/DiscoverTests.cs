using Pylon.Common.V1;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Running;

public sealed class DiscoverTests
{
    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    [InlineData("async", "--SANDBOX_FRESH_MESSAGE_IDS=true")]
    public async Task QueuedWorkloadGetsItsThreeOptions(string style, params string[] settings)
    {
        await using var stack = await OrchestratorStack.StartAsync(style, settings);
        var workload = await stack.OfferedAsync();

        Assert.Equal(["UK-SCOT-1", "UK-SCOT-4", "UK-EAST-1"], workload.Recommendations.Select(r => r.GridZoneCode));
        Assert.Equal(3, workload.Recommendations.Select(r => r.GridZoneId).Distinct().Count());
        Assert.All(workload.Recommendations, r => Assert.NotNull(r.Window));
        Assert.Equal([BookingState.Confirmed, BookingState.None, BookingState.None], workload.Recommendations.Select(r => r.BookingState));
        Assert.Equal((0, "", SummaryEngine.BuiltIn), (workload.Attempts, workload.FailureReason, workload.SummaryEngine));
        Assert.Contains(workload.Recommendations[0].OrderId, workload.Summary, StringComparison.Ordinal);

        var order = Assert.Single(await stack.OrdersAsync(workload.Id));
        Assert.Equal(("CONFIRMED", 1, workload.Recommendations[0].OrderId), ((string?)order["state"], (int)order["bookings"]!, (string?)order["id"]));
        Assert.Equal(
            ["discover", "select", "init", "confirm"],
            await stack.Database.ListAsync<string>("SELECT action FROM beckn_messages WHERE answered_at >= sent_at AND sends = 1 ORDER BY created_at"));
        Assert.Equal(
            ["queued", "step_completed", "step_completed", "step_completed", "step_completed", "recommended"],
            (await stack.Database.EventsOfAsync(Guid.Parse(workload.Id))).Select(t => t.Split('.')[2]));
    }

    [Fact]
    public async Task InsertFromPsqlIsPickedUpWithoutThePoll()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.Database.ExecuteAsync("INSERT INTO compute_workloads (workload_name, status, bpp_processed) VALUES ('Test ML Training Job', 'queued', false)");
        await Eventually.True(async () => await stack.Database.ScalarAsync<string>("SELECT status FROM compute_workloads") == "pending_user_choice");
    }

    [Fact]
    public async Task ManyWorkloadsAreAllServed()
    {
        await using var stack = await OrchestratorStack.StartAsync("async");
        await stack.Database.ExecuteAsync("INSERT INTO compute_workloads (workload_name) SELECT 'w' || n FROM generate_series(1, 60) n");
        await Eventually.Is(
            () => stack.Database.ScalarAsync<long>("SELECT count(*) FROM compute_workloads WHERE status = 'pending_user_choice'"), n => n == 60, TimeSpan.FromSeconds(60));
        Assert.Equal(60L, await stack.Database.ScalarAsync<long>("SELECT count(*) FROM beckn_messages WHERE action = 'confirm'"));
    }

    [Theory]
    [InlineData("sync", "discover", "nack")]
    [InlineData("sync", "discover", "malformed_body")]
    [InlineData("sync", "select", "http_error")]
    [InlineData("sync", "select", "drop_connection")]
    [InlineData("sync", "init", "malformed_body")]
    [InlineData("sync", "confirm", "nack")]
    [InlineData("sync", "confirm", "http_error", true)]
    [InlineData("sync", "confirm", "drop_connection", true)]
    [InlineData("async", "discover", "nack")]
    [InlineData("async", "discover", "lost_callback")]
    [InlineData("async", "discover", "callback_before_ack")]
    [InlineData("async", "select", "duplicate_callback")]
    [InlineData("async", "init", "http_error")]
    [InlineData("async", "confirm", "lost_callback")]
    [InlineData("async", "confirm", "callback_before_ack")]
    [InlineData("async", "confirm", "duplicate_callback")]
    [InlineData("async", "confirm", "malformed_body")]
    [InlineData("async", "confirm", "drop_connection", true)]
    public async Task FaultThatPassesEndsInOneBooking(string style, string action, string kind, bool processed = false)
    {
        await using var stack = await OrchestratorStack.StartAsync(style, "--Bpp:CallbackTimeout=00:00:01");
        await stack.FaultAsync(new { action, kind, processed });
        var workload = await stack.OfferedAsync();

        Assert.Equal("UK-SCOT-1", workload.Recommendations[0].GridZoneCode);
        var booked = Assert.Single(await stack.OrdersAsync(workload.Id), o => (string)o["state"]! == "CONFIRMED");
        Assert.Equal((1, workload.Recommendations[0].OrderId), ((int)booked["bookings"]!, (string?)booked["id"]));
    }

    [Fact]
    public async Task SlowAnswerTimesOut()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", "--Bpp:HttpTimeout=00:00:00.5");
        await stack.FaultAsync(new { action = "discover", kind = "delay", delay_ms = 20_000 });
        await stack.OfferedAsync();
        Assert.Equal(2, await stack.RequestsAsync("discover"));
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task RefusedItemMakesRoomForTheNextBest(string style)
    {
        await using var stack = await OrchestratorStack.StartAsync(style);
        await stack.FaultAsync(new { action = "select", kind = "business_error", count = 2 });
        var workload = await stack.OfferedAsync();

        Assert.Equal(["UK-EAST-1", "UK-NORTH-2", "UK-SWEST-1"], workload.Recommendations.Select(r => r.GridZoneCode).Order());
        Assert.Equal("UK-EAST-1", workload.Recommendations[0].GridZoneCode);
        Assert.Equal(2L, await stack.Database.ScalarAsync<long>("SELECT count(*) FROM beckn_orders WHERE state = 'refused'"));
        Assert.Single(await stack.OrderStatesAsync(workload.Id), s => s == "CONFIRMED");
    }

    [Fact]
    public async Task MissingItemsAreFilledFromGridDataAndMarked()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.FaultAsync(new { action = "discover", kind = "few_items", keep_items = 1 });
        var workload = await stack.OfferedAsync();

        Assert.Equal(["GB-R14", "GB-R13"], workload.Recommendations.Skip(1).Select(r => r.GridZoneCode));
        Assert.Equal(
            [(RecommendationSource.Beckn, false), (RecommendationSource.Grid, true), (RecommendationSource.Grid, true)],
            workload.Recommendations.Select(r => (r.Source, r.Synthetic)));
        Assert.Equal(BookingState.Confirmed, workload.Recommendations[0].BookingState);
    }

    [Fact]
    public async Task EmptyCatalogueIsThreeRegionsAndNoBooking()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.FaultAsync(new { action = "discover", kind = "few_items", keep_items = 0 });
        var workload = await stack.OfferedAsync();
        Assert.All(workload.Recommendations, r => Assert.Equal((RecommendationSource.Grid, BookingState.None, ""), (r.Source, r.BookingState, r.OrderId)));
        Assert.Equal(0, await stack.RequestsAsync("select"));
    }

    [Fact]
    public async Task LoadThatNothingHasRoomForGetsRegions()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var workload = await stack.UntilAsync(await stack.SubmitAsync(load: 900), WorkloadStatus.PendingUserChoice);
        Assert.All(workload.Recommendations, r => Assert.Equal(RecommendationSource.Grid, r.Source));
    }

    [Fact]
    public async Task LastingFaultEndsInADeadLetterWhileOthersGoOnAndIsReplayed()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.FaultAsync(new { action = "init", kind = "http_error", count = 0, match = "UNLUCKY" });
        var unlucky = (await stack.Workloads.SubmitWorkloadAsync(new SubmitWorkloadRequest { WorkloadName = "unlucky", WorkloadType = "UNLUCKY" })).Workload.Id;
        await stack.OfferedAsync("lucky");
        var failed = await stack.UntilAsync(unlucky, WorkloadStatus.Failed);

        Assert.Equal(4, failed.Attempts);
        Assert.Contains("init: HTTP 503", failed.FailureReason, StringComparison.Ordinal);
        var letter = Assert.Single((await stack.Workloads.ListDeadLettersAsync(new ListDeadLettersRequest())).DeadLetters);
        Assert.Equal((unlucky, failed.FailureReason, 4), (letter.WorkloadId, letter.Reason, letter.Attempts));

        await stack.ClearFaultsAsync();
        await stack.ReplayAsync(unlucky);
        var offered = await stack.UntilAsync(unlucky, WorkloadStatus.PendingUserChoice);
        Assert.Equal((0, ""), (offered.Attempts, offered.FailureReason));
        Assert.Empty((await stack.Workloads.ListDeadLettersAsync(new ListDeadLettersRequest())).DeadLetters);
        Assert.Single((await stack.Workloads.ListDeadLettersAsync(new ListDeadLettersRequest { IncludeReplayed = true })).DeadLetters);
    }

    [Fact]
    public async Task ConfirmWithoutOutcomeIsReplayedIntoOneBooking()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.FaultAsync(new { action = "select", kind = "business_error" });
        await stack.FaultAsync(new { action = "confirm", kind = "drop_connection", processed = true, count = 0 });
        var id = await stack.SubmitAsync();
        await stack.UntilAsync(id, WorkloadStatus.Failed);
        await stack.ClearFaultsAsync();
        await stack.ReplayAsync(id);
        var offered = await stack.UntilAsync(id, WorkloadStatus.PendingUserChoice);

        var booked = Assert.Single(await stack.OrdersAsync(id), o => (string)o["state"]! == "CONFIRMED");
        Assert.Equal((1, (string?)booked["item"]), ((int)booked["bookings"]!, offered.Recommendations[0].ItemId));
    }

    [Theory]
    [InlineData("sync", false)]
    [InlineData("sync", true)]
    [InlineData("async", false)]
    public async Task OrderOfAnItemThatNoLongerRanksFirstIsCancelled(string style, bool fromGrid)
    {
        await using var stack = await OrchestratorStack.StartAsync(style, "--Bpp:CallbackTimeout=00:00:01");
        if (fromGrid)
            await stack.FaultAsync(new { action = "discover", kind = "few_items", keep_items = 1, count = 0 });
        await stack.FaultAsync(new { action = "confirm", kind = "drop_connection", processed = true, count = 0 });
        if (style == "async")
            await stack.FaultAsync(new { action = "confirm", kind = "lost_callback", count = 0 });
        var id = await stack.SubmitAsync();
        await stack.UntilAsync(id, WorkloadStatus.Failed);
        stack.Ingestion.UnknownZone = (await stack.Database.ListAsync<string>(
            "SELECT i #>> '{beckn:itemAttributes,beckn:gridParameters,gridZone}' FROM beckn_messages, jsonb_path_query(answer, '$.message.catalogs[*].\"beckn:items\"[*]') i WHERE i ->> 'beckn:id' = (SELECT item_id FROM beckn_orders LIMIT 1)"))[0];
        await stack.ClearFaultsAsync();
        await stack.ReplayAsync(id);
        var offered = await stack.UntilAsync(id, WorkloadStatus.PendingUserChoice);

        Assert.Equal(fromGrid ? ["CANCELLED"] : ["CANCELLED", "CONFIRMED"], await stack.OrderStatesAsync(id));
        var first = offered.Recommendations[0];
        if (!fromGrid)
            Assert.Equal(first.ItemId, (string?)Assert.Single(await stack.OrdersAsync(id), o => (string)o["state"]! == "CONFIRMED")["item"]);
        Assert.Equal(WorkloadStatus.Scheduled, (await stack.ChooseAsync(id, 1)).Status);
    }

    [Fact]
    public async Task UnreachableIngestionIsAReasonToRetry()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", "--Bpp:MaxAttempts=100");
        stack.Ingestion.Down = true;
        var id = await stack.SubmitAsync();
        var waiting = await Eventually.Is(() => stack.GetAsync(id), w => w.Attempts >= 2);
        Assert.Contains("down for a test", waiting.FailureReason, StringComparison.Ordinal);
        stack.Ingestion.Down = false;
        await stack.UntilAsync(id, WorkloadStatus.PendingUserChoice);
    }

    [Fact]
    public async Task DataThatTheDatabaseRefusesFailsTheWorkload()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        stack.Ingestion.RegionSuffix = "\0";
        await stack.FaultAsync(new { action = "discover", kind = "few_items", keep_items = 0, count = 0 });
        var failed = await stack.UntilAsync(await stack.SubmitAsync(), WorkloadStatus.Failed);
        Assert.Contains("internal error", failed.FailureReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StoppedInstanceLeavesItsWorkloadToTheNextWithoutASecondBooking()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.FaultAsync(new { action = "confirm", kind = "delay", delay_ms = 5_000 });
        var id = await stack.SubmitAsync();
        await Eventually.True(async () => await stack.RequestsAsync("confirm") == 1);
        await stack.StopOrchestratorAsync();
        Assert.Equal("queued", await stack.Database.ScalarAsync<string>("SELECT status FROM compute_workloads"));
        await stack.StartOrchestratorAsync();
        await stack.UntilAsync(id, WorkloadStatus.PendingUserChoice);
        Assert.Equal(1, (int)Assert.Single(await stack.OrdersAsync(id))["bookings"]!);
    }

    [Fact]
    public async Task AttemptWhoseLeaseIsLostStopsEvenIfItsOwnProcessTookOver()
    {
        await using var stack = await OrchestratorStack.StartAsync("async", "--Bpp:Lease=00:00:01");
        await stack.FaultAsync(new { action = "discover", kind = "lost_callback", count = 0 });
        var id = await stack.SubmitAsync();
        await Eventually.True(async () => await stack.RequestsAsync("discover") > 0);
        var first = await stack.Database.ScalarAsync<Guid>("SELECT lease_owner FROM compute_workloads");

        // Again and again: the attempt may renew its lease before the claim comes by, and then keeps the workload by right.
        await Eventually.True(async () =>
        {
            await stack.Database.ExecuteAsync($"UPDATE compute_workloads SET due_at = now() WHERE lease_owner = '{first}'");
            await stack.Database.ExecuteAsync("SELECT pg_notify('workload_due', '')");
            return await stack.Database.ScalarAsync<Guid>("SELECT lease_owner FROM compute_workloads") != first;
        });

        await Eventually.True(async () => await stack.RequestsAsync("discover") >= 2);
        Assert.False(await stack.Database.Flow.RenewAsync(new Lease(Guid.Parse(id), first, DateTimeOffset.MaxValue), TimeSpan.FromSeconds(1), CancellationToken.None));
    }
}
