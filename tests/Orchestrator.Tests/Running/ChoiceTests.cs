using Grpc.Core;
using Pylon.Common.V1;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Running;

public sealed class ChoiceTests
{
    [Fact]
    public async Task BookedOptionIsChosenWithoutAskingTheProvider()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        var chosen = await stack.ChooseAsync(offered.Id, 1);
        Assert.Equal((WorkloadStatus.Scheduled, 1), (chosen.Status, chosen.ChosenOption));
        Assert.Equal(1, await stack.RequestsAsync("confirm"));
        Assert.Equal(0, await stack.RequestsAsync("cancel"));
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task AnotherOptionIsBookedAndTheFirstCancelled(string style)
    {
        await using var stack = await OrchestratorStack.StartAsync(style);
        var offered = await stack.OfferedAsync();
        var chosen = await stack.ChooseAsync(offered.Id, 2);

        Assert.Equal((WorkloadStatus.Scheduled, 2), (chosen.Status, chosen.ChosenOption));
        Assert.Equal([BookingState.Cancelled, BookingState.Confirmed, BookingState.None], chosen.Recommendations.Select(r => r.BookingState));
        var orders = (await stack.OrdersAsync(offered.Id)).ToDictionary(o => (string)o["id"]!, o => (string)o["state"]!);
        Assert.Equal(("CANCELLED", "CONFIRMED"), (orders[chosen.Recommendations[0].OrderId], orders[chosen.Recommendations[1].OrderId]));
        Assert.Equal(["choice_made", "step_completed", "step_completed", "step_completed", "step_completed", "scheduled"],
            (await stack.Database.EventsOfAsync(Guid.Parse(offered.Id))).Select(t => t.Split('.')[2]).TakeLast(6));
    }

    [Fact]
    public async Task ChosenRegionCancelsTheBooking()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.FaultAsync(new { action = "discover", kind = "few_items", keep_items = 1 });
        var offered = await stack.OfferedAsync();
        var chosen = await stack.ChooseAsync(offered.Id, 3);
        Assert.Equal((WorkloadStatus.Scheduled, ""), (chosen.Status, chosen.Recommendations[2].OrderId));
        Assert.Equal(["CANCELLED"], await stack.OrderStatesAsync(offered.Id));
    }

    [Fact]
    public async Task RepeatedChoiceGivesTheSameAnswerAndAnotherIsRefused()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        var answers = await Task.WhenAll(stack.ChooseAsync(offered.Id, 2), stack.ChooseAsync(offered.Id, 2));
        Assert.All(answers, a => Assert.Equal((WorkloadStatus.Scheduled, 2), (a.Status, a.ChosenOption)));
        // Its run goes on by itself meanwhile.
        Assert.Equal(WithoutRun(answers[0]), WithoutRun(await stack.ChooseAsync(offered.Id, 2)));
        Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(() => stack.ChooseAsync(offered.Id, 1))).StatusCode);
        Assert.Equal(["CANCELLED", "CONFIRMED"], await stack.OrderStatesAsync(offered.Id));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(-1)]
    public async Task OptionThatDoesNotExistIsRefusedByName(int option)
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var refused = await Assert.ThrowsAsync<RpcException>(() => stack.ChooseAsync(Guid.NewGuid().ToString(), option));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains("option", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingIsChosenBeforeItIsOffered()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", "--Bpp:RetryDelay=00:10:00", "--Bpp:MaxRetryDelay=00:10:00");
        await stack.FaultAsync(new { kind = "nack", count = 0 });
        var id = await stack.SubmitAsync();
        await Eventually.Is(() => stack.GetAsync(id), w => w.Attempts == 1);
        Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(() => stack.ChooseAsync(id, 1))).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => stack.ChooseAsync(Guid.NewGuid().ToString(), 1))).StatusCode);
    }

    [Fact]
    public async Task RefusedOptionLeavesTheFirstBookingStanding()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        await stack.FaultAsync(new { action = "init", kind = "business_error" });
        var asked = await stack.ChooseAsync(offered.Id, 2);

        Assert.Equal((WorkloadStatus.PendingUserChoice, 0), (asked.Status, asked.ChosenOption));
        Assert.Contains("option 2 was refused", asked.FailureReason, StringComparison.Ordinal);
        Assert.Equal(BookingState.Confirmed, asked.Recommendations[0].BookingState);
        Assert.Equal(WorkloadStatus.Scheduled, (await stack.ChooseAsync(offered.Id, 2)).Status);
        Assert.Single(await stack.OrderStatesAsync(offered.Id), s => s == "CONFIRMED");
    }

    [Fact]
    public async Task ChoiceThatIsRefusedBeforeItsAnswerIsReadIsAnsweredWithTheRefusal()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        // The provider's refusal comes with the commit of the choice, before the call can read the workload again.
        await stack.Database.ExecuteAsync(
            """
            CREATE FUNCTION refuse_at_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                UPDATE orchestrator.compute_workloads SET status = 'pending_user_choice', chosen_option = NULL, failure_reason = 'option 2 was refused: full' WHERE id = NEW.id;
                RETURN NULL;
            END $$
            """);
        await stack.Database.ExecuteAsync(
            "CREATE CONSTRAINT TRIGGER refuse_at_once AFTER UPDATE ON compute_workloads DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status = 'choosing') EXECUTE FUNCTION refuse_at_once()");

        var asked = await stack.ChooseAsync(offered.Id, 2);

        Assert.Equal((WorkloadStatus.PendingUserChoice, 0, "option 2 was refused: full"), (asked.Status, asked.ChosenOption, asked.FailureReason));
    }

    [Fact]
    public async Task ChoiceThatFailedIsReplayed()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        await stack.FaultAsync(new { action = "confirm", kind = "drop_connection", processed = true, count = 0 });
        await stack.ChooseAsync(offered.Id, 2);
        await stack.UntilAsync(offered.Id, WorkloadStatus.Failed);
        await stack.ClearFaultsAsync();
        await stack.ReplayAsync(offered.Id);
        var scheduled = await stack.UntilAsync(offered.Id, WorkloadStatus.Scheduled);
        Assert.Equal([BookingState.Cancelled, BookingState.Confirmed, BookingState.None], scheduled.Recommendations.Select(r => r.BookingState));
        Assert.Equal(["CANCELLED", "CONFIRMED"], await stack.OrderStatesAsync(offered.Id));
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task CancellationCancelsTheBooking(string style)
    {
        await using var stack = await OrchestratorStack.StartAsync(style);
        var offered = await stack.OfferedAsync();
        Assert.Equal(WorkloadStatus.Cancelled, (await stack.CancelAsync(offered.Id)).Status);
        Assert.Equal(["CANCELLED"], await stack.OrderStatesAsync(offered.Id));
        Assert.Equal(WorkloadStatus.Cancelled, (await stack.CancelAsync(offered.Id)).Status);
        Assert.Equal(1, await stack.RequestsAsync("cancel"));
    }

    [Theory]
    [InlineData("discover")]
    [InlineData("select")]
    [InlineData("init")]
    public async Task CancellationStopsARunningAttempt(string action)
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", "--Bpp:HttpTimeout=00:01:00");
        await stack.FaultAsync(new { action, kind = "delay", delay_ms = 50_000 });
        var id = await stack.SubmitAsync();
        await Eventually.True(async () => await stack.RequestsAsync(action) == 1);
        Assert.Equal(WorkloadStatus.Processing, (await stack.GetAsync(id)).Status);
        Assert.Equal(WorkloadStatus.Cancelled, (await stack.CancelAsync(id)).Status);
        Assert.Equal(0, await stack.RequestsAsync("confirm"));
    }

    [Fact]
    public async Task CancellationStopsARunningChoice()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", "--Bpp:HttpTimeout=00:01:00");
        var offered = await stack.OfferedAsync();
        await stack.FaultAsync(new { action = "init", kind = "delay", delay_ms = 50_000 });
        var choosing = stack.ChooseAsync(offered.Id, 2);
        await Eventually.True(async () => await stack.RequestsAsync("init") == 2);
        Assert.Equal(WorkloadStatus.Cancelled, (await stack.CancelAsync(offered.Id)).Status);
        Assert.Equal(WorkloadStatus.Cancelled, (await choosing).Status);
        Assert.DoesNotContain("CONFIRMED", await stack.OrderStatesAsync(offered.Id));
    }

    [Fact]
    public async Task SummarySaysWhatIsChosen()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        Assert.EndsWith("\nNothing is chosen yet: pick option 1, 2 or 3.", offered.Summary, StringComparison.Ordinal);
        await stack.ChooseAsync(offered.Id, 2);
        Assert.EndsWith("\nOption 2 is chosen and scheduled.", (await stack.GetAsync(offered.Id)).Summary, StringComparison.Ordinal);
        var cancelled = await stack.CancelAsync(offered.Id);
        Assert.DoesNotContain("Nothing is chosen", cancelled.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ScheduledWorkloadIsCancelledToo()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        await stack.ChooseAsync(offered.Id, 2);
        Assert.Equal(WorkloadStatus.Cancelled, (await stack.CancelAsync(offered.Id)).Status);
        Assert.Equal(["CANCELLED", "CANCELLED"], await stack.OrderStatesAsync(offered.Id));
    }

    [Fact]
    public async Task CancellationThatTheProviderRefusesIsAskedForAgain()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        await stack.FaultAsync(new { action = "cancel", kind = "business_error" });
        Assert.Equal(WorkloadStatus.Cancelled, (await stack.CancelAsync(offered.Id)).Status);
        Assert.Equal(["CANCELLED"], await stack.OrderStatesAsync(offered.Id));
    }

    [Fact]
    public async Task CancellationThatFailedIsReplayed()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        await stack.FaultAsync(new { action = "cancel", kind = "business_error", count = 0 });
        await stack.CancelAsync(offered.Id);
        await stack.UntilAsync(offered.Id, WorkloadStatus.Failed);
        await stack.ClearFaultsAsync();
        await stack.ReplayAsync(offered.Id);
        await stack.UntilAsync(offered.Id, WorkloadStatus.Cancelled);
        Assert.Equal(["CANCELLED"], await stack.OrderStatesAsync(offered.Id));
    }

    [Fact]
    public async Task RefusedCancellationOfAPendingOrderIsRetried()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.FaultAsync(new { action = "confirm", kind = "drop_connection", processed = true, count = 0 });
        var id = await stack.SubmitAsync();
        await stack.UntilAsync(id, WorkloadStatus.Failed);
        await stack.FaultAsync(new { action = "cancel", kind = "business_error" });
        await stack.CancelAsync(id);
        await stack.UntilAsync(id, WorkloadStatus.Cancelled);
        Assert.Equal(["CANCELLED"], await stack.OrderStatesAsync(id));
    }

    [Fact]
    public async Task OrderThatTheProviderDoesNotKnowCountsAsCancelled()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.FaultAsync(new { action = "confirm", kind = "drop_connection", count = 0 });
        var id = await stack.SubmitAsync();
        await stack.UntilAsync(id, WorkloadStatus.Failed);
        await stack.ForgetOrdersAsync();
        Assert.Equal(WorkloadStatus.Cancelled, (await stack.CancelAsync(id)).Status);
    }

    private static Workload WithoutRun(Workload workload)
    {
        var choice = workload.Clone();
        choice.Run = null;
        return choice;
    }
}
