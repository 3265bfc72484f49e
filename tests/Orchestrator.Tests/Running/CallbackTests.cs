using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Pylon.Orchestrator.V1;

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

    private static async Task<(int Status, JsonNode Body)> SendAsync(OrchestratorStack stack, string action, string json)
    {
        var response = await stack.Beckn.ReceiveCallbackAsync(new ReceiveCallbackRequest { Action = action, Body = ByteString.CopyFromUtf8(json) });
        return (response.HttpStatus, JsonNode.Parse(response.Body.ToStringUtf8())!);
    }
}
