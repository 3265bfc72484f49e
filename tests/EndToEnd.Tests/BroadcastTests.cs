using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;

namespace Pylon.EndToEnd.Tests;

public sealed class BroadcastTests(SharedStack stack) : SharedStackTests(stack)
{
    private const string Queued = "pylon.workload.queued.v1";
    private const string Step = "pylon.workload.step_completed.v1";
    private const string Recommended = "pylon.workload.recommended.v1";

    // What other tests have chosen may still go through its phases.
    private const string Topic = "workloads";

    // discover, select, init and confirm are a step each.
    private static readonly string[] Run = [Queued, Step, Step, Step, Step, Recommended];

    [Fact]
    public async Task TwoSubscribersBothReceiveEveryEventOfARunInItsOrder()
    {
        await using var one = await Gateway.SubscribeAsync(topics: Topic);
        await using var other = await Gateway.SubscribeAsync(topics: Topic);

        var id = await Gateway.SubmitAsync(new { workload_name = "heard by two" });
        var (byOne, byOther) = (await one.UntilAsync(Recommended, id), await other.UntilAsync(Recommended, id));

        Assert.Equal(Run, byOne.Select(heard => heard.Type));
        Assert.All(byOne, heard => Assert.Equal(id, heard.Subject));
        Assert.Equal(["discover", "select", "init", "confirm"], byOne.Where(heard => heard.Type == Step).Select(heard => heard.Event["data"]!["action"]!.GetValue<string>()));
        Assert.Equal(byOne.Select(heard => (heard.Position, heard.Event.ToJsonString())), byOther.Select(heard => (heard.Position, heard.Event.ToJsonString())));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task SubscriberWithALastEventIdGetsExactlyWhatItMissed(int last)
    {
        await using var first = await Gateway.SubscribeAsync(topics: Topic);
        var id = await Gateway.SubmitAsync(new { workload_name = "missed in part" });
        var all = await first.UntilAsync(Recommended, id);

        await using var late = await Gateway.SubscribeAsync(all[last].Position, Topic);
        var next = await Gateway.SubmitAsync(new { workload_name = "after it" });
        var (heard, live) = (await late.UntilAsync(Recommended, next), await first.UntilAsync(Recommended, next));

        Assert.Equal([.. all.Skip(last + 1).Concat(live).Select(one => (one.Position, one.Id))], heard.Select(one => (one.Position, one.Id)));
    }
}
