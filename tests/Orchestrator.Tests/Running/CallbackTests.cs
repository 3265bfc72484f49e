using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
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
        var (status, body) = await SendAsync(stack, "on_status", $$$"""{"context":{"action":"on_status","transaction_id":"{{{workload.TransactionId}}}"},"message":{}}""");
        Assert.Equal((200, "ACK"), (status, (string?)body["message"]!["ack"]!["status"]));
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LateConfirmationOfACancelledOrderIsCancelledAgain(bool scheduled)
    {
        await using var stack = await OrchestratorStack.StartAsync("async", "--Bpp:CallbackTimeout=00:00:01");
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

    private static string Confirmation(Guid transaction, string message = """{"order":{"beckn:orderStatus":"CONFIRMED"}}""") =>
        $$$"""{"context":{"action":"on_confirm","transaction_id":"{{{transaction}}}"},"message":{{{message}}}}""";

    private static async Task<(int Status, JsonNode Body)> SendAsync(OrchestratorStack stack, string action, string json)
    {
        var response = await stack.Beckn.ReceiveCallbackAsync(new ReceiveCallbackRequest { Action = action, Body = ByteString.CopyFromUtf8(json) });
        return (response.HttpStatus, JsonNode.Parse(response.Body.ToStringUtf8())!);
    }
}
