using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Pylon.Orchestrator.Beckn;
using Pylon.Orchestrator.Flow;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Tests.Stores;

public sealed class BecknStoreTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task MessageKeepsItsIdAndGetsANewTimeWhenItIsSentAgain()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        var transaction = Guid.NewGuid();
        var first = await PrepareAsync(database, workload.Id, transaction, "discover", "first", "T1");
        var second = await PrepareAsync(database, workload.Id, transaction, "discover", "second", "T2");

        Assert.Equal(first.MessageId, second.MessageId);
        Assert.Equal(("first", "T2"), ((string?)second.Request!["message"], (string?)second.Request["context"]!["timestamp"]));
        Assert.Null(second.Answer);
        Assert.Equal(2, await database.ScalarAsync<int>("SELECT sends FROM beckn_messages"));
    }

    [Fact]
    public async Task AnsweredMessageIsNotSentAgain()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        var transaction = Guid.NewGuid();
        var sent = await PrepareAsync(database, workload.Id, transaction);
        await AnswerAsync(database, workload.Id, sent.MessageId, "by response");
        Assert.Equal("by response", Says((await PrepareAsync(database, workload.Id, transaction)).Answer));
        Assert.Equal(1, await database.ScalarAsync<int>("SELECT sends FROM beckn_messages"));
    }

    [Fact]
    public async Task CallbackIsMatchedByMessageId()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        var sent = await PrepareAsync(database, workload.Id, Guid.NewGuid());
        await PrepareAsync(database, workload.Id, Guid.NewGuid());
        Assert.Equal(new(sent.MessageId, true, null), await database.Beckn.AnswerByCallbackAsync("discover", sent.MessageId, Guid.NewGuid(), Body("a"), None));
        Assert.Equal("a", Says(await database.Beckn.FindAnswerAsync(sent.MessageId, None)));
    }

    [Fact]
    public async Task CallbackWithAnIdOfItsOwnIsMatchedByTransactionAndAction()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        var transaction = Guid.NewGuid();
        await PrepareAsync(database, workload.Id, transaction, "discover");
        var select = await PrepareAsync(database, workload.Id, transaction, "select");
        Assert.Equal(new(select.MessageId, true, null), await database.Beckn.AnswerByCallbackAsync("select", Guid.NewGuid(), transaction, Body("a"), None));
    }

    [Fact]
    public async Task MessageIdCountsMoreThanTransaction()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        var meant = await PrepareAsync(database, workload.Id, one);
        await PrepareAsync(database, workload.Id, other);
        Assert.Equal(meant.MessageId, (await database.Beckn.AnswerByCallbackAsync("discover", meant.MessageId, other, Body("a"), None))!.MessageId);
    }

    [Fact]
    public async Task DuplicateCallbackIsTakenAndChangesNothing()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        var sent = await PrepareAsync(database, workload.Id, Guid.NewGuid());
        var taken = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
            database.Beckn.AnswerByCallbackAsync("discover", sent.MessageId, null, Body("same"), None)));
        Assert.Single(taken, t => t!.First);
        Assert.Equal(new(sent.MessageId, false, null), await database.Beckn.AnswerByCallbackAsync("discover", sent.MessageId, null, Body("another"), None));
        Assert.Equal("same", Says(await database.Beckn.FindAnswerAsync(sent.MessageId, None)));
        Assert.Equal(7, await database.ScalarAsync<int>("SELECT callbacks FROM beckn_messages"));
    }

    [Theory]
    [InlineData("select")]
    [InlineData("status")]
    public async Task CallbackOfAnotherActionIsNotMatched(string action)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        var transaction = Guid.NewGuid();
        var sent = await PrepareAsync(database, workload.Id, transaction);
        Assert.Null(await database.Beckn.AnswerByCallbackAsync(action, sent.MessageId, transaction, Body("a"), None));
        Assert.Equal("discover", (await database.Beckn.FindAskedAsync(action, null, transaction, None))!.Action);
    }

    [Fact]
    public async Task UnknownCallbackIsNotMatched()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        await PrepareAsync(database, (await database.ClaimedAsync()).Id, Guid.NewGuid());
        Assert.Null(await database.Beckn.AnswerByCallbackAsync("discover", Guid.NewGuid(), Guid.NewGuid(), Body("a"), None));
        Assert.Null(await database.Beckn.AnswerByCallbackAsync("discover", null, Guid.NewGuid(), Body("a"), None));
        Assert.Null(await database.Beckn.FindAskedAsync("discover", Guid.NewGuid(), Guid.NewGuid(), None));
    }

    [Fact]
    public async Task CallbackBeforeTheAckIsTheAnswer()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var sent = await PrepareAsync(database, (await database.ClaimedAsync()).Id, Guid.NewGuid());
        await database.Beckn.AnswerByCallbackAsync("discover", sent.MessageId, null, Body("fast"), None);
        Assert.Equal("fast", Says(await database.Beckn.MarkAcknowledgedAsync(sent.MessageId, None)));
    }

    [Fact]
    public async Task AckAloneIsNoAnswer()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var sent = await PrepareAsync(database, (await database.ClaimedAsync()).Id, Guid.NewGuid());
        Assert.Null(await database.Beckn.MarkAcknowledgedAsync(sent.MessageId, None));
        Assert.True(await database.ScalarAsync<bool>("SELECT acknowledged_at IS NOT NULL AND answered_at IS NULL FROM beckn_messages"));
    }

    [Fact]
    public async Task FirstAnswerCountsWhicheverWayItCame()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        var byCallback = await PrepareAsync(database, workload.Id, Guid.NewGuid());
        await database.Beckn.AnswerByCallbackAsync("discover", byCallback.MessageId, null, Body("callback"), None);
        Assert.Equal(StepOutcome.Outrun, await AnswerAsync(database, workload.Id, byCallback.MessageId, "response"));
        Assert.Equal("callback", Says(await database.Beckn.FindAnswerAsync(byCallback.MessageId, None)));

        var byResponse = await PrepareAsync(database, workload.Id, Guid.NewGuid());
        Assert.Equal(StepOutcome.Done, await AnswerAsync(database, workload.Id, byResponse.MessageId, "response"));
        Assert.Equal(StepOutcome.Done, await AnswerAsync(database, workload.Id, byResponse.MessageId, "response"));
        Assert.Equal(new(byResponse.MessageId, false, null), await database.Beckn.AnswerByCallbackAsync("discover", byResponse.MessageId, null, Body("callback"), None));
        Assert.Equal("response", Says(await database.Beckn.FindAnswerAsync(byResponse.MessageId, None)));
    }

    [Fact]
    public async Task CallbackWakesTheWaiter()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var sent = await PrepareAsync(database, (await database.ClaimedAsync()).Id, Guid.NewGuid());
        await using var listener = await database.DataSource.OpenConnectionAsync();
        var received = new List<string>();
        listener.Notification += (_, e) => received.Add(e.Payload);
        await using (var command = new NpgsqlCommand("LISTEN beckn_answer", listener))
            await command.ExecuteNonQueryAsync();
        await database.Beckn.AnswerByCallbackAsync("discover", sent.MessageId, null, Body("a"), None);
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await listener.WaitAsync(bound.Token);
        Assert.Equal([sent.MessageId.ToString()], received);
    }

    [Fact]
    public async Task OrderMovesOnlyFromTheStatesNamed()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        await database.ExecuteAsync(BecknStore.Opening("o1", workload.Id, Guid.NewGuid(), "item"));
        await database.ExecuteAsync(BecknStore.Moving("o1", BecknOrder.Pending, BecknOrder.Open));
        await database.ExecuteAsync(BecknStore.Moving("o1", BecknOrder.Refused, BecknOrder.Open));
        Assert.Equal(BecknOrder.Pending, (await OrderAsync()).State);
        Assert.True((await OrderAsync()).MayBeHeld);
        // Opened again by a worker that took over: what is known stays.
        await database.ExecuteAsync(BecknStore.Opening("o1", workload.Id, Guid.NewGuid(), "item"));
        Assert.Equal(BecknOrder.Pending, (await OrderAsync()).State);

        async Task<BecknOrder> OrderAsync() => Assert.Single(await database.Beckn.OrdersOfAsync(workload.Id, None));
    }

    [Theory]
    [InlineData("discover")]
    [InlineData("select")]
    [InlineData("init")]
    [InlineData("confirm")]
    [InlineData("cancel")]
    public async Task WorkerThatLostItsLeaseSendsNothing(string action)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        await PrepareAsync(database, workload.Id, Guid.NewGuid(), action);
        var stored = Guid.NewGuid();
        await PrepareAsync(database, workload.Id, stored, action);
        await database.ExpireAsync(workload.Id);
        await database.ClaimAsync(Guid.NewGuid());
        await Assert.ThrowsAsync<LeaseLostException>(() => PrepareAsync(database, workload.Id, Guid.NewGuid(), action));
        // Nor what it has stored before.
        await Assert.ThrowsAsync<LeaseLostException>(() => PrepareAsync(database, workload.Id, stored, action));
        Assert.Equal(2, await database.ScalarAsync<long>("SELECT sum(sends)::bigint FROM beckn_messages"));
    }

    [Theory]
    [InlineData("another worker")]
    [InlineData("the user cancels")]
    [InlineData("failed")]
    public async Task WorkerThatLostItsLeaseConfirmsNothing(string to)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        await database.ExecuteAsync(BecknStore.Opening("o1", workload.Id, Guid.NewGuid(), "item"));
        await database.ExpireAsync(workload.Id);
        var next = Assert.Single(await database.ClaimAsync(Guid.NewGuid()));
        var owner = await database.ScalarAsync<Guid>("SELECT lease_owner FROM compute_workloads");
        if (to != "another worker")
            await database.Flow.FailAsync(next, Offers.LeaseOf(next, owner), "no on_init", false, null, None);
        if (to == "the user cancels")
            await database.Workloads.CancelAsync(workload.Id, None);
        await Assert.ThrowsAsync<LeaseLostException>(() => ConfirmAsync(database, Offers.LeaseOf(workload), "o1"));
        Assert.Equal(BecknOrder.Open, Assert.Single(await database.Beckn.OrdersOfAsync(workload.Id, None)).State);
    }

    [Theory]
    [InlineData(BecknOrder.Refused)]
    [InlineData(BecknOrder.Cancelled)]
    public async Task OrderThatIsOverIsNotConfirmed(string state)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        await database.ExecuteAsync(BecknStore.Opening("o1", workload.Id, Guid.NewGuid(), "item"));
        await ConfirmAsync(database, Offers.LeaseOf(workload), "o1");
        await database.ExecuteAsync(BecknStore.Moving("o1", state, BecknOrder.Pending));
        var written = await ConfirmAsync(database, Offers.LeaseOf(workload), "o1");
        Assert.Equal((state, null), (written.OrderState, written.Message));
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM beckn_messages"));
    }

    [Fact]
    public async Task AnswerIsStoredWithoutTheLeaseAndNothingElseIs()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        var sent = await PrepareAsync(database, workload.Id, Guid.NewGuid());
        await database.ExpireAsync(workload.Id);
        await database.ClaimAsync(Guid.NewGuid());
        await Assert.ThrowsAsync<LeaseLostException>(() => database.WriteAsync(new Step(LeaseOf(workload.Id))
        {
            Answered = (sent.MessageId, Body("late")),
            Changes = [BecknStore.Opening("o1", workload.Id, Guid.NewGuid(), "item")],
            Next = new NewMessage(Guid.NewGuid(), Guid.NewGuid(), "select", "{}"),
        }));
        Assert.Equal("late", Says(await database.Beckn.FindAnswerAsync(sent.MessageId, None)));
        Assert.Equal((0L, 1L), (await database.ScalarAsync<long>("SELECT count(*) FROM beckn_orders"), await database.ScalarAsync<long>("SELECT count(*) FROM beckn_messages")));
    }

    [Fact]
    public async Task StepThatGoesOnWithAnAnswerThatDoesNotCountWritesNothing()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        var sent = await PrepareAsync(database, workload.Id, Guid.NewGuid());
        await database.Beckn.AnswerByCallbackAsync("discover", sent.MessageId, null, Body("callback"), None);
        var written = await database.WriteAsync(new Step(LeaseOf(workload.Id))
        {
            Answered = (sent.MessageId, Body("response")),
            Changes = [BecknStore.Opening("o1", workload.Id, Guid.NewGuid(), "item")],
            Next = new NewMessage(Guid.NewGuid(), Guid.NewGuid(), "select", "{}"),
        });
        Assert.Equal(StepOutcome.Outrun, written.Outcome);
        Assert.Equal((0L, 1L), (await database.ScalarAsync<long>("SELECT count(*) FROM beckn_orders"), await database.ScalarAsync<long>("SELECT count(*) FROM beckn_messages")));
    }

    [Fact]
    public async Task StepsOfManyWorkloadsAreOneCommitAndEachIsJudgedByItself()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workloads = new List<Guid>();
        for (var n = 0; n < 4; n++)
            workloads.Add((await database.ClaimedAsync()).Id);
        await database.ExecuteAsync("UPDATE compute_workloads SET lease_owner = gen_random_uuid() WHERE id = $1", workloads[0]);
        await using var other = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"SELECT FROM compute_workloads WHERE id = '{workloads[1]}' FOR UPDATE", other, transaction))
            await command.ExecuteNonQueryAsync();

        var written = await database.Steps.WriteAsync(
            [.. workloads.Select(id => new Step(LeaseOf(id)) { Next = new NewMessage(Guid.NewGuid(), Guid.NewGuid(), "discover", "{}") })], None);

        Assert.Equal([StepOutcome.NotHeld, StepOutcome.NotHeld, StepOutcome.Done, StepOutcome.Done], written.Select(w => w.Outcome));
        Assert.Equal(workloads[2..].Order(), (await database.ListAsync<Guid>("SELECT workload_id FROM beckn_messages")).Order());
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(DISTINCT xmin::text) FROM beckn_messages"));
    }

    [Fact]
    public async Task StepsOfDifferentKindsAreWrittenTogetherAndEachGetsWhatIsItsOwn()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workloads = new List<WorkloadRecord>();
        for (var n = 0; n < 5; n++)
            workloads.Add(await database.ClaimedAsync());
        await database.ExecuteAsync(BecknStore.Opening("open", workloads[2].Id, workloads[2].TransactionId!.Value, "item"));
        await database.ExecuteAsync(BecknStore.Opening("over", workloads[3].Id, workloads[3].TransactionId!.Value, "item"));
        await database.ExecuteAsync(BecknStore.Moving("over", BecknOrder.Refused, BecknOrder.Open));
        var asked = await PrepareAsync(database, workloads[1].Id, workloads[1].TransactionId!.Value);
        Step[] steps =
        [
            Asking(0, "discover"),
            Asking(1, "select") with
            {
                Answered = (asked.MessageId, Body("answer")),
                Changes = [FlowStore.Announcement(workloads[1].Id, workloads[1].TransactionId!.Value, asked.MessageId, "discover", 0), BecknStore.Opening("new", workloads[1].Id, workloads[1].TransactionId!.Value, "item")],
            },
            Asking(2, "confirm") with { Confirms = "open" },
            Asking(3, "confirm") with { Confirms = "over" },
            new Step(LeaseOf(workloads[4].Id)) { Changes = [.. database.Flow.Offer(workloads[4], LeaseOf(workloads[4].Id), [Offers.Bookable(1), Offers.Bookable(2), Offers.FromGrid(3)], null, "s", "BUILT_IN")] },
        ];

        var written = await database.Steps.WriteAsync(steps, None);

        Assert.All(written, one => Assert.Equal(StepOutcome.Done, one.Outcome));
        Assert.Equal([steps[0].Next!.Id, steps[1].Next!.Id, steps[2].Next!.Id, null, null], written.Select(one => one.Message?.Id));
        Assert.Equal([null, null, BecknOrder.Pending, BecknOrder.Refused, null], written.Select(one => one.OrderState));
        Assert.Equal("answer", Says(await database.Beckn.FindAnswerAsync(asked.MessageId, None)));
        Assert.Equal(["new open", "open pending", "over refused"], await database.ListAsync<string>("SELECT order_id || ' ' || state FROM beckn_orders ORDER BY order_id"));
        Assert.Equal(["confirm", "discover", "discover", "select"], await database.ListAsync<string>("SELECT action FROM beckn_messages ORDER BY action"));
        Assert.Equal("pending_user_choice", await database.ScalarAsync<string>("SELECT status FROM compute_workloads WHERE id = $1", workloads[4].Id));
        Assert.Equal(3L, await database.ScalarAsync<long>("SELECT count(*) FROM workload_recommendations WHERE workload_id = $1", workloads[4].Id));

        Step Asking(int n, string action) =>
            new(LeaseOf(workloads[n].Id)) { Next = new NewMessage(Guid.NewGuid(), workloads[n].TransactionId!.Value, action, """{"context":{"timestamp":"T1"}}""") };
    }

    [Fact]
    public void OnlyAStepThatNobodyHearsOfMayBeUndone()
    {
        var discover = new Step(LeaseOf(Guid.NewGuid())) { Next = new NewMessage(Guid.NewGuid(), Guid.NewGuid(), "discover", "{}") };
        Assert.True(discover.MayBeUndone);
        Assert.False((discover with { Next = discover.Next! with { Action = "select" } }).MayBeUndone);
        Assert.False((discover with { Next = null }).MayBeUndone);
        Assert.False((discover with { Answered = (Guid.NewGuid(), Body("a")) }).MayBeUndone);
        Assert.False((discover with { Changes = [BecknStore.Moving("o", BecknOrder.Refused, BecknOrder.Open)] }).MayBeUndone);
        Assert.False((discover with { Confirms = "o" }).MayBeUndone);
    }

    // As a crash of PostgreSQL leaves it: the attempt goes on, and its question is gone.
    [Fact]
    public async Task AnswerToAQuestionThatIsGoneBeginsTheAttemptAgain()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.ClaimedAsync();
        var asked = await PrepareAsync(database, workload.Id, workload.TransactionId!.Value);
        await database.ExecuteAsync("DELETE FROM beckn_messages");
        var written = await database.WriteAsync(new Step(LeaseOf(workload.Id))
        {
            Answered = (asked.MessageId, Body("answer")),
            Changes = [BecknStore.Opening("o1", workload.Id, workload.TransactionId!.Value, "item")],
            Next = new NewMessage(Guid.NewGuid(), workload.TransactionId!.Value, "select", "{}"),
        });
        Assert.Equal(StepOutcome.Outrun, written.Outcome);
        Assert.Equal((0L, 0L), (await database.ScalarAsync<long>("SELECT count(*) FROM beckn_orders"), await database.ScalarAsync<long>("SELECT count(*) FROM beckn_messages")));
    }

    [Fact]
    public async Task ConfirmAndTheNextClaimExcludeEachOther()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        for (var round = 0; round < 20; round++)
        {
            var workload = await database.ClaimedAsync();
            var order = $"o{round}";
            await database.ExecuteAsync(BecknStore.Opening(order, workload.Id, Guid.NewGuid(), "item"));
            await database.ExpireAsync(workload.Id);
            var confirm = Task.Run(() => Record.ExceptionAsync(() => ConfirmAsync(database, Offers.LeaseOf(workload), order)));
            var cancelled = Task.Run(() => database.ExecuteAsync(
                "UPDATE compute_workloads SET status = 'queued', lease_owner = NULL WHERE id = $1 RETURNING (SELECT state FROM beckn_orders WHERE order_id = $2)", workload.Id, order));
            await cancelled;
            var lost = await confirm;
            Assert.Equal(lost is null ? BecknOrder.Pending : BecknOrder.Open, Assert.Single(await database.Beckn.OrdersOfAsync(workload.Id, None)).State);
            await database.ExecuteAsync("DELETE FROM compute_workloads");
        }
    }

    private static async Task<(Guid MessageId, JsonObject? Request, JsonElement? Answer)> PrepareAsync(
        OrchestratorDatabase database, Guid workload, Guid transaction, string action = "discover", string message = "m", string time = "T1")
    {
        var request = new JsonObject { ["context"] = new JsonObject { ["timestamp"] = time }, ["message"] = message };
        var stored = (await database.WriteAsync(new Step(LeaseOf(workload)) { Next = new NewMessage(Guid.NewGuid(), transaction, action, request.ToJsonString()) })).Message!;
        return (stored.Id, stored.Request is { } before ? JsonNode.Parse(before)!.AsObject() : null, stored.Answer is { } answer ? JsonDocument.Parse(answer).RootElement : null);
    }

    private static async Task<StepOutcome> AnswerAsync(OrchestratorDatabase database, Guid workload, Guid message, string says) =>
        (await database.WriteAsync(new Step(LeaseOf(workload)) { Answered = (message, Body(says)) })).Outcome;

    private static Task<Written> ConfirmAsync(OrchestratorDatabase database, Lease lease, string order) =>
        database.WriteAsync(new Step(lease) { Confirms = order, Next = new NewMessage(Guid.NewGuid(), Guid.NewGuid(), "confirm", """{"context":{"timestamp":"T1"}}""") });

    private static Lease LeaseOf(Guid workload) => new(workload, Offers.Owner, DateTimeOffset.MaxValue);

    private static JsonElement Body(string text) => JsonSerializer.SerializeToElement(new { says = text });

    private static string? Says(JsonElement? answer) => answer!.Value.GetProperty("says").GetString();
}
