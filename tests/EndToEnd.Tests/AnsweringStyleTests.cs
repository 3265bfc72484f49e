using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;

namespace Pylon.EndToEnd.Tests;

public sealed class AnsweringStyleTests(SharedStack stack) : SharedStackTests(stack)
{
    [Theory]
    [InlineData("sync", "response")]
    [InlineData("async", "callback")]
    public async Task WorkloadGetsRecommendationsFromAResponseAndFromACallback(string style, string answeredBy)
    {
        await Sandbox.StyleAsync(style);

        var id = await Gateway.SubmitAsync(new { workload_name = $"answered {style}" });
        var workload = await Gateway.UntilAsync(id, "PENDING_USER_CHOICE");

        Assert.Equal(3, GatewayClient.Recommendations(workload).Count);
        var messages = await Stack.Database.QueryAsync(
            "SELECT action, answered_by FROM beckn_messages WHERE workload_id = $1 ORDER BY created_at", Guid.Parse(id));
        Assert.Equal(
            [("discover", answeredBy), ("select", answeredBy), ("init", answeredBy), ("confirm", answeredBy)],
            messages.Select(message => ((string)message[0]!, (string)message[1]!)));
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task ProviderThatAnswersInCamelCaseIsWrittenToInCamelCase(string style)
    {
        await Sandbox.StyleAsync(style, "camel");

        var id = await Gateway.SubmitAsync(new { workload_name = $"camel {style}" });
        await Gateway.UntilAsync(id, "PENDING_USER_CHOICE");
        await Gateway.PostAsync($"/api/v1/workloads/{id}:choose", """{"option":2}""");
        await Gateway.UntilAsync(id, "SCHEDULED");
        await Gateway.PostAsync($"/api/v1/workloads/{id}:cancel", "{}");
        await Gateway.UntilAsync(id, "CANCELLED");

        Assert.All((await Sandbox.OrdersAsync(id)).All, order => Assert.Equal("CANCELLED", order.State));
        var spellings = await Stack.Database.QueryAsync(
            """
            SELECT action, bool_and(request->'context' ? 'transactionId' AND request->'context' ? 'bppId'), bool_or(request->'context' ? 'transaction_id')
            FROM beckn_messages WHERE workload_id = $1 GROUP BY 1 ORDER BY 1
            """,
            Guid.Parse(id));
        Assert.Equal(
            [("cancel", true, false), ("confirm", true, false), ("discover", false, true), ("init", true, false), ("select", true, false)],
            spellings.Select(row => ((string)row[0]!, (bool)row[1]!, (bool)row[2]!)));
    }

    [Theory]
    [InlineData("callback_before_ack")]
    [InlineData("duplicate_callback")]
    public async Task CallbackThatComesEarlyOrTwiceBooksOnce(string kind)
    {
        await Sandbox.FaultAsync(new { kind, count = 0 });

        var id = await Gateway.SubmitAsync(new { workload_name = kind });
        await Gateway.UntilAsync(id, "PENDING_USER_CHOICE");

        var order = Assert.Single((await Sandbox.OrdersAsync(id)).All);
        Assert.Equal(("CONFIRMED", 1), (order.State, order.Bookings));
    }
}
