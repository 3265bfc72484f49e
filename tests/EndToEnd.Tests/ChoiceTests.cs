using System.Net;
using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;

namespace Pylon.EndToEnd.Tests;

public sealed class ChoiceTests(SharedStack stack) : SharedStackTests(stack)
{
    [Fact]
    public async Task ChoosingTheSecondOptionBooksItAndCancelsTheFirst()
    {
        var (id, offered) = await OfferedAsync();
        var firstOrder = Assert.Single((await Sandbox.OrdersAsync(id)).All);
        Assert.Equal(("CONFIRMED", offered[0]), (firstOrder.State, firstOrder.Item));

        var (status, answer) = await Gateway.PostAsync($"/api/v1/workloads/{id}:choose", """{"option": 2}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(("SCHEDULED", 2), (GatewayClient.Status(answer["workload"]!), answer["workload"]!["chosen_option"]!.GetValue<int>()));
        var orders = (await Sandbox.OrdersAsync(id)).All;
        Assert.Equal(
            [("CANCELLED", offered[0], 1), ("CONFIRMED", offered[1], 1)],
            orders.OrderBy(order => order.State, StringComparer.Ordinal).Select(order => (order.State, order.Item, order.Bookings)));
    }

    [Fact]
    public async Task ChoosingTwiceGivesTheSameAnswerAndBooksOnce()
    {
        var (id, _) = await OfferedAsync();

        var first = await Gateway.PostAsync($"/api/v1/workloads/{id}:choose", """{"option": 2}""");
        var second = await Gateway.PostAsync($"/api/v1/workloads/{id}:choose", """{"option": 2}""");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.Status, second.Status));
        // The batch run goes on between the two.
        first.Body["workload"]!.AsObject().Remove("run");
        second.Body["workload"]!.AsObject().Remove("run");
        Assert.Equal(first.Body.ToJsonString(), second.Body.ToJsonString());
        Assert.Equal(2, (await Sandbox.OrdersAsync(id)).Bookings);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public async Task ChoiceOutsideTheOptionsIsRefusedWithTheNameOfTheField(int option)
    {
        var (id, _) = await OfferedAsync();

        var (status, problem) = await Gateway.PostAsync($"/api/v1/workloads/{id}:choose", $$"""{"option": {{option}}}""");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("option", Assert.Single(problem["errors"]!.AsArray())!["field"]!.GetValue<string>());
        Assert.Equal("PENDING_USER_CHOICE", GatewayClient.Status(await Gateway.WorkloadAsync(id)));

        var byGrpc = await BufClient.CallAsync(
            Stack.GrpcAddress, "pylon.orchestrator.v1.WorkloadService/ChooseRecommendation", $$"""{"id": "{{id}}", "option": {{option}}}""");
        Assert.Contains("invalid_argument", byGrpc.Output, StringComparison.Ordinal);
    }

    private async Task<(string Id, IReadOnlyList<string> Items)> OfferedAsync()
    {
        var id = await Gateway.SubmitAsync(new { workload_name = "choose for me", compute_load_mw = 0.5 });
        var workload = await Gateway.UntilAsync(id, "PENDING_USER_CHOICE");
        return (id, [.. GatewayClient.Recommendations(workload).Select(one => one["item_id"]!.GetValue<string>())]);
    }
}
