using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Pylon.Common.V1;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Running;

public sealed class CallbackTests
{
    [Fact]
    public async Task UnsolicitedCallbackOfAKnownTransactionIsAcknowledged()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var workload = await stack.OfferedAsync();
        var (status, body) = await SendAsync(stack, "on_status", $$$"""{"context":{"action":"on_status","transaction_id":"{{{workload.TransactionId}}}","bpp_id":"sandbox.pylon.local"},"message":{}}""");
        Assert.Equal((200, "ACK"), (status, (string?)body["message"]!["ack"]!["status"]));
    }

    [Theory]
    [InlineData("", "harmless \\\\u0000")]
    [InlineData("\uFEFF", "plain")]
    [InlineData("\uFEFF", "harmless \\\\u0000 and \\u0000")]
    public async Task BodyWithAnEscapedBackslashOrAByteOrderMarkIsRead(string mark, string text)
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var workload = await stack.OfferedAsync();
        Assert.Equal(200, (await SendAsync(stack, "on_status", $"{mark}{Notice("on_status", workload.TransactionId, $$"""{"beckn:note":"{{text}}"}""")}")).Status);
        Assert.Equal(1L, await stack.Database.ScalarAsync<long>("SELECT count(*) FROM provider_notices"));
    }

    [Theory]
    [InlineData("on_select", """{"context":{"action":"on_select","transaction_id":"0190c0de-0000-7000-8000-000000000001"},"message":{}}""", "context.transaction_id")]
    [InlineData("on_select", """{"context":{"action":"on_select","transaction_id":"not ours"},"message":{}}""", "context.transaction_id")]
    [InlineData("on_select", """{"context":{"action":"on_init"},"message":{}}""", "context.action")]
    [InlineData("on_select", """{"context":{"action":"on_select","transaction_id":"0190c0de-0000-7000-8000-000000000001"}}""", "message")]
    [InlineData("on_select", """{"message":{}}""", "context")]
    [InlineData("on_select", """{"context":{"action":"on_select","transaction_id":"\ud800"},"message":{}}""", "context.transaction_id")]
    [InlineData("on_select", "[]", "body")]
    [InlineData("on_select", "{", "body")]
    [InlineData("select", "{}", "action")]
    public async Task CallbackThatCannotBeMatchedGetsANackThatSaysWhy(string action, string json, string field)
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var (status, body) = await SendAsync(stack, action, json);
        Assert.Equal((400, "NACK"), (status, (string?)body["message"]!["ack"]!["status"]));
        Assert.StartsWith($"{field}:", (string?)body["error"]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task CatalogueThatIngestionAskedForIsPassedToIt()
    {
        const string Transaction = "0190c0de-0000-7000-8000-000000000001";
        const string Catalogue = $$$"""{"context":{"action":"on_discover","transaction_id":"{{{Transaction}}}"},"message":{"catalogs":[]}}""";
        await using var stack = await OrchestratorStack.StartAsync();

        var nobody = await SendAsync(stack, "on_discover", Catalogue);
        stack.Ingestion.Asked = Transaction;
        var asked = await SendAsync(stack, "on_discover", Catalogue);
        stack.Ingestion.Down = true;
        var down = await Assert.ThrowsAsync<RpcException>(() => SendAsync(stack, "on_discover", Catalogue));

        Assert.Equal((400, 200, StatusCode.Unavailable), (nobody.Status, asked.Status, down.StatusCode));
    }

    public static TheoryData<string, string, string?> WrongFields { get; } = new()
    {
        { "domain", "domain", "beckn.one:retail:1.0" },
        { "bap_id", "bap_id", "somebody.else" },
        { "bap_id", "bap_id", "" },
        { "bpp_id", "bpp_id", "somebody.else" },
        { "bpp_id", "bpp_id", null },
        { "transaction_id", "transaction_id", "0190c0de-0000-7000-8000-000000000001" },
        { "action", "action", "on_select" },
        { "ttl", "ttl", null },
    };

    [Theory]
    [MemberData(nameof(WrongFields))]
    public Task DiscoverAnswerIsUsedOnlyFromWhomWasAsked(string reason, string field, string? value) => UsedOnlyWhenRightAsync("discover", reason, field, value);

    [Theory]
    [InlineData("select")]
    [InlineData("init")]
    [InlineData("confirm")]
    public async Task EveryStepIsUsedOnlyFromWhomWasAsked(string action)
    {
        await UsedOnlyWhenRightAsync(action, "bpp_id", "bpp_id", "somebody.else");
        if (action != "confirm")
            await UsedOnlyWhenRightAsync(action, "ttl", "ttl", null);
    }

    private static async Task UsedOnlyWhenRightAsync(string action, string reason, string field, string? value)
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", "--BPP_ID=sandbox.pylon.local");
        using var counted = new RefusedCallbacks();
        await stack.OfferedAsync();
        var id = await stack.Database.ScalarAsync<Guid>("SELECT message_id FROM beckn_messages WHERE action = $1", action);
        var answer = JsonNode.Parse(await stack.Database.ScalarAsync<string>("SELECT answer::text FROM beckn_messages WHERE message_id = $1", id) ?? "")!;
        await stack.Database.ExecuteAsync("UPDATE beckn_messages SET answer = NULL, answered_at = NULL, answered_by = NULL WHERE message_id = $1", id);
        var right = answer.ToJsonString();
        var context = answer["context"]!.AsObject();
        if (field == "ttl")
            await stack.Database.ExecuteAsync("UPDATE beckn_messages SET sent_at = now() - interval '31 seconds' WHERE message_id = $1", id);
        else if (value is null)
            context.Remove(field);
        else
            context[field] = value;

        var (status, body) = await SendAsync(stack, (string)context["action"]!, answer.ToJsonString());
        Assert.Equal((400, "NACK", "30000"), (status, (string?)body["message"]!["ack"]!["status"], (string?)body["error"]!["code"]));
        Assert.StartsWith($"context.{reason}:", (string?)body["error"]!["message"], StringComparison.Ordinal);
        Assert.Contains(reason, counted.Reasons);
        Assert.False(await UsedAsync());

        await stack.Database.ExecuteAsync("UPDATE beckn_messages SET sent_at = now() WHERE message_id = $1", id);
        Assert.Equal(200, (await SendAsync(stack, $"on_{action}", right)).Status);
        Assert.True(await UsedAsync());

        Task<bool> UsedAsync() => stack.Database.ScalarAsync<bool>("SELECT answer IS NOT NULL FROM beckn_messages WHERE message_id = $1", id);
    }

    [Theory]
    [InlineData("on_cancel")]
    [InlineData("on_update")]
    [InlineData("on_status")]
    public async Task NoticeOfAnotherProviderIsRefused(string action)
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        var forged = Notice(action, offered.TransactionId, """{"beckn:orderStatus":"CANCELLED"}""").Replace("sandbox.pylon.local", "somebody.else", StringComparison.Ordinal);
        Assert.Equal(400, (await SendAsync(stack, action, forged)).Status);
        Assert.Equal(BookingState.Confirmed, (await stack.GetAsync(offered.Id)).Recommendations[0].BookingState);
    }

    [Fact]
    public async Task NoticeInCamelCaseIsRead()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        var notice = Notice("on_cancel", offered.TransactionId, "{}").Replace("transaction_id", "transactionId", StringComparison.Ordinal)
            .Replace("message_id", "messageId", StringComparison.Ordinal).Replace("bpp_id", "bppId", StringComparison.Ordinal);
        Assert.Equal(200, (await SendAsync(stack, "on_cancel", notice)).Status);
        Assert.Equal(BookingState.Cancelled, (await stack.GetAsync(offered.Id)).Recommendations[0].BookingState);
    }

    [Theory]
    [InlineData("bpp_id", "somebody.else")]
    [InlineData("bap_id", "somebody.else")]
    [InlineData("domain", "beckn.one:retail:1.0")]
    public async Task CatalogueOfAnotherProviderIsNotPassedToIngestion(string field, string value)
    {
        const string Transaction = "0190c0de-0000-7000-8000-000000000001";
        await using var stack = await OrchestratorStack.StartAsync("sync", "--BPP_ID=sandbox.pylon.local");
        stack.Ingestion.Asked = Transaction;
        var body = JsonNode.Parse($$$"""{"context":{"action":"on_discover","transaction_id":"{{{Transaction}}}","bpp_id":"sandbox.pylon.local"},"message":{"catalogs":[]}}""")!;
        Assert.Equal(200, (await SendAsync(stack, "on_discover", body.ToJsonString())).Status);
        body["context"]![field] = value;
        var (status, nack) = await SendAsync(stack, "on_discover", body.ToJsonString());
        Assert.Equal(400, status);
        Assert.StartsWith($"context.{field}:", (string?)nack["error"]!["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task ProviderThatAnswersInCamelCaseIsWrittenToInCamelCase(string style)
    {
        await using var stack = await OrchestratorStack.StartAsync(style, "--SANDBOX_BPP_SPELLING=camel");
        var offered = await stack.OfferedAsync();
        Assert.Equal(WorkloadStatus.Scheduled, (await stack.ChooseAsync(offered.Id, 2)).Status);
        // What the retention removes is not needed to write on.
        await stack.Database.ExecuteAsync("UPDATE beckn_messages SET answer = '{}', answer_removed = true");
        Assert.Equal(WorkloadStatus.Cancelled, (await stack.CancelAsync(offered.Id)).Status);
        Assert.Equal(["CANCELLED", "CANCELLED"], await stack.OrderStatesAsync(offered.Id));
        Assert.Equal(
            ["cancel camel", "cancel camel", "confirm camel", "confirm camel", "discover snake", "init camel", "init camel", "select camel", "select camel"],
            (await stack.Database.ListAsync<string>(
                "SELECT action || CASE WHEN request->'context' ?& '{transactionId,messageId,bapId,bapUri,bppId,bppUri,schemaContext}' THEN ' camel' WHEN request->'context' ? 'transaction_id' THEN ' snake' ELSE ' both' END FROM beckn_messages")).Order());
    }

    [Theory]
    [InlineData(true, "snake")]
    [InlineData(false, "snake")]
    [InlineData(false, "camel")]
    public async Task LateConfirmationOfACancelledOrderIsCancelledAgain(bool scheduled, string spelling)
    {
        await using var stack = await OrchestratorStack.StartAsync("async", "--Bpp:CallbackTimeout=00:00:01", $"--SANDBOX_BPP_SPELLING={spelling}");
        var id = scheduled ? (await stack.OfferedAsync()).Id : await ArrangedAsync();
        if (scheduled)
            await stack.ChooseAsync(id, 2);
        // The order was pending, and the provider did not know it when it was asked to cancel it.
        var transaction = scheduled
            ? await stack.Database.ScalarAsync<Guid>("SELECT transaction_id FROM beckn_orders WHERE state = 'cancelled'")
            : await stack.Database.ScalarAsync<Guid>("SELECT transaction_id FROM beckn_orders");
        await stack.Database.ExecuteAsync("UPDATE beckn_messages SET answer = NULL, answered_at = NULL, answered_by = NULL, callbacks = 0 WHERE action = 'confirm' AND transaction_id = $1", transaction);
        var cancels = await stack.RequestsAsync("cancel");

        var late = Confirmation(transaction);
        Assert.Equal(200, (await SendAsync(stack, "on_confirm", late)).Status);
        await Eventually.True(async () => await stack.RequestsAsync("cancel") == cancels + 1);
        await stack.UntilAsync(id, scheduled ? WorkloadStatus.Scheduled : WorkloadStatus.Cancelled);
        Assert.DoesNotContain(await stack.Database.ListAsync<string>("SELECT state FROM beckn_orders WHERE transaction_id = $1", transaction), s => s != "cancelled");

        // A duplicate changes nothing.
        await SendAsync(stack, "on_confirm", late);
        Assert.Equal("cancelled", await stack.Database.ScalarAsync<string>("SELECT state FROM beckn_orders WHERE transaction_id = $1", transaction));

        async Task<string> ArrangedAsync()
        {
            var offered = await stack.OfferedAsync();
            await stack.CancelAsync(offered.Id);
            return offered.Id;
        }
    }

    [Theory]
    [InlineData("""{"order":{"beckn:orderStatus":"REJECTED"}}""")]
    [InlineData("""{"error":{"code":"40000","message":"sold out"}}""")]
    public async Task LateRefusalOfACancelledOrderChangesNothing(string message)
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        await stack.CancelAsync(offered.Id);
        await stack.Database.ExecuteAsync("UPDATE beckn_messages SET answer = NULL, answered_at = NULL, answered_by = NULL, callbacks = 0 WHERE action = 'confirm'");
        await SendAsync(stack, "on_confirm", Confirmation(Guid.Parse(offered.TransactionId), message));
        Assert.Equal("cancelled", await stack.Database.ScalarAsync<string>("SELECT state FROM beckn_orders"));
        Assert.Equal(WorkloadStatus.Cancelled, (await stack.GetAsync(offered.Id)).Status);
    }

    [Theory]
    [InlineData("on_cancel", """{"beckn:orderStatus":"CONFIRMED","beckn:fulfillment":{"beckn:fulfillmentStatus":"CANCELLED"}}""")]
    [InlineData("on_update", """{"beckn:orderStatus":"CANCELLED"}""")]
    [InlineData("on_status", """{"beckn:fulfillment":{"beckn:status":"cancelled"}}""")]
    public async Task BookingThatTheProviderCancelsLetsTheUserChooseAgain(string action, string order)
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        await stack.ChooseAsync(offered.Id, 1);
        var notice = Notice(action, offered.TransactionId, order);
        Assert.Equal(200, (await SendAsync(stack, action, notice)).Status);
        Assert.Equal(200, (await SendAsync(stack, action, notice)).Status);

        var asked = await stack.GetAsync(offered.Id);
        Assert.Equal((WorkloadStatus.PendingUserChoice, 0, "the provider cancelled the booking of option 1: choose again"), (asked.Status, asked.ChosenOption, asked.FailureReason));
        Assert.Equal(BookingState.Cancelled, asked.Recommendations[0].BookingState);
        Assert.Single(await stack.Database.EventsOfAsync(Guid.Parse(offered.Id)), t => t == "pylon.workload.booking_cancelled.v1");
        Assert.Equal("cancelled", await stack.Database.ScalarAsync<string>("SELECT state FROM workload_runs"));

        var chosen = await stack.ChooseAsync(offered.Id, 2);
        Assert.Equal((WorkloadStatus.Scheduled, 2), (chosen.Status, chosen.ChosenOption));
        Assert.NotEqual("cancelled", await stack.Database.ScalarAsync<string>("SELECT state FROM workload_runs"));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("\"message_id\":\"\",", true)]
    [InlineData("\"message_id\":\"msg-on-status-grid-event-001\",", true)]
    [InlineData("\"message_id\":\"00000000-0000-0000-0000-000000000000\",", true)]
    [InlineData("\"message_id\":\"0190c0de-0000-7000-8000-000000000001\",", false)]
    public async Task SecondNoticeIsARepeatOnlyWithTheUuidOfTheFirstOrTheSameBytes(string id, bool isTaken)
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        var first = Notice("on_status", offered.TransactionId, """{"beckn:orderStatus":"IN_PROGRESS"}""").Replace("\"message_id\":\"notice-1\",", id, StringComparison.Ordinal);
        var second = first.Replace("IN_PROGRESS", "CANCELLED", StringComparison.Ordinal);

        foreach (var notice in new[] { first, first, second, second })
            Assert.Equal(200, (await SendAsync(stack, "on_status", notice)).Status);

        Assert.Equal(isTaken ? 2L : 1L, await stack.Database.ScalarAsync<long>("SELECT count(*) FROM provider_notices"));
        Assert.Equal(isTaken ? BookingState.Cancelled : BookingState.Confirmed, (await stack.GetAsync(offered.Id)).Recommendations[0].BookingState);
        Assert.Equal(isTaken ? 1 : 0, (await stack.Database.EventsOfAsync(Guid.Parse(offered.Id))).Count(t => t == "pylon.workload.booking_cancelled.v1"));
    }

    [Fact]
    public async Task CancelledOptionMayBeChosenAgainWithANewOrder()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        await SendAsync(stack, "on_cancel", Notice("on_cancel", offered.TransactionId, "{}"));
        var chosen = await stack.ChooseAsync(offered.Id, 1);
        Assert.Equal((WorkloadStatus.Scheduled, BookingState.Confirmed), (chosen.Status, chosen.Recommendations[0].BookingState));
        Assert.NotEqual(offered.Recommendations[0].OrderId, chosen.Recommendations[0].OrderId);
    }

    [Fact]
    public async Task CarbonSpikeIsStoredAnnouncedAndVisible()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        await stack.ChooseAsync(offered.Id, 1);
        var spike = Notice("on_update", offered.TransactionId, """
            {"beckn:orderStatus":"IN_PROGRESS",
             "beckn:orderItems":[{"beckn:orderItemAttributes":{"beckn:gridParameters":{"carbonIntensity":0.32,"carbonIntensityUnit":"kgCO2/kWh","carbonIntensityChange":{"previousValue":120,"currentValue":320,"changeUnit":"gCO2/kWh"}}}}],
             "beckn:fulfillment":{"beckn:deliveryAttributes":{"beckn:gridEventAlert":{"eventType":"carbon_intensity_spike","severity":"high","message":"surged"}}}}
            """);
        await SendAsync(stack, "on_update", spike);
        await SendAsync(stack, "on_update", spike);

        var workload = await stack.GetAsync(offered.Id);
        var alert = Assert.Single(workload.Alerts);
        Assert.Equal(("carbon_intensity_spike", "high", "surged", offered.Recommendations[0].OrderId), (alert.EventType, alert.Severity, alert.Message, alert.OrderId));
        Assert.Equal((320, 120), (alert.CarbonIntensityGco2Kwh, alert.PreviousCarbonIntensityGco2Kwh));
        Assert.Equal(WorkloadStatus.Scheduled, workload.Status);
        Assert.Single(await stack.Database.EventsOfAsync(Guid.Parse(offered.Id)), t => t == "pylon.workload.grid_alert.v1");
        Assert.Equal(1L, await stack.Database.ScalarAsync<long>("SELECT count(*) FROM provider_notices WHERE body #>> '{context,action}' = 'on_update'"));
    }

    [Theory]
    [InlineData("on_status", """{"beckn:orderStatus":"COMPLETED"}""")]
    [InlineData("on_update", """{"beckn:orderStatus":7,"beckn:orderItems":"x","beckn:fulfillment":[]}""")]
    public async Task NoticeThatChangesNothingIsStored(string action, string order)
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        await stack.ChooseAsync(offered.Id, 1);
        Assert.Equal(200, (await SendAsync(stack, action, Notice(action, offered.TransactionId, order))).Status);
        Assert.Equal(WorkloadStatus.Scheduled, (await stack.GetAsync(offered.Id)).Status);
        Assert.Equal(1L, await stack.Database.ScalarAsync<long>("SELECT count(*) FROM provider_notices"));
    }

    private static string Notice(string action, string transaction, string order) =>
        $$$"""{"context":{"action":"{{{action}}}","transaction_id":"{{{transaction}}}","message_id":"notice-1","bpp_id":"sandbox.pylon.local"},"message":{"order":{{{order}}} } }""";

    private static string Confirmation(Guid transaction, string message = """{"order":{"beckn:orderStatus":"CONFIRMED"}}""") =>
        $$$"""{"context":{"action":"on_confirm","transaction_id":"{{{transaction}}}","bpp_id":"sandbox.pylon.local"},"message":{{{message}}}}""";

    private static async Task<(int Status, JsonNode Body)> SendAsync(OrchestratorStack stack, string action, string json)
    {
        var response = await stack.Beckn.ReceiveCallbackAsync(new ReceiveCallbackRequest { Action = action, Body = ByteString.CopyFromUtf8(json) });
        return (response.HttpStatus, JsonNode.Parse(response.Body.ToStringUtf8())!);
    }

    /// <summary>The reasons that the Orchestrator counts.</summary>
    private sealed class RefusedCallbacks : IDisposable
    {
        private readonly MeterListener _listener = new();

        public RefusedCallbacks()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "pylon_beckn_callbacks_refused")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Reasons.Add((string)tags[0].Value!));
            _listener.Start();
        }

        public ConcurrentBag<string> Reasons { get; } = [];

        public void Dispose() => _listener.Dispose();
    }
}
