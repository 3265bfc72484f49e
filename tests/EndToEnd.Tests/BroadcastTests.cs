using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;

namespace Pylon.EndToEnd.Tests;

public sealed class BroadcastTests(SharedStack stack) : SharedStackTests(stack)
{
    private const string Queued = "pylon.workload.queued.v1";
    private const string Step = "pylon.workload.step_completed.v1";
    private const string Recommended = "pylon.workload.recommended.v1";

    // Workloads of other tests may still go through their phases.
    private const string Topic = "workloads";

    // discover, select, init and confirm are a step each.
    private static readonly string[] Run = [Queued, Step, Step, Step, Step, Recommended];

    [Fact]
    public async Task TwoSubscribersGetEveryEventOfAWorkloadInOrder()
    {
        await using var one = await Gateway.SubscribeAsync(topics: Topic);
        await using var other = await Gateway.SubscribeAsync(topics: Topic);

        var id = await Gateway.SubmitAsync(new { workload_name = "for two subscribers" });
        var (byOne, byOther) = (await one.UntilAsync(Recommended, id), await other.UntilAsync(Recommended, id));

        Assert.Equal(Run, byOne.Select(e => e.Type));
        Assert.All(byOne, e => Assert.Equal(id, e.Subject));
        Assert.Equal(["discover", "select", "init", "confirm"], byOne.Where(e => e.Type == Step).Select(e => e.Event["data"]!["action"]!.GetValue<string>()));
        Assert.Equal(byOne.Select(e => (Own(e.Position), e.Event.ToJsonString())), byOther.Select(e => (Own(e.Position), e.Event.ToJsonString())));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task SubscriberWithALastEventIdGetsExactlyTheEventsThatItMissed(int last)
    {
        await using var first = await Gateway.SubscribeAsync(topics: Topic);
        var id = await Gateway.SubmitAsync(new { workload_name = "missed in part" });
        var all = await first.UntilAsync(Recommended, id);

        await using var late = await Gateway.SubscribeAsync(all[last].Position, Topic);
        var next = await Gateway.SubmitAsync(new { workload_name = "after it" });
        var (received, live) = (await late.UntilAsync(Recommended, next), await first.UntilAsync(Recommended, next));

        Assert.Equal([.. all.Skip(last + 1).Concat(live).Select(one => (Own(one.Position), one.Id))], received.Select(one => (Own(one.Position), one.Id)));
    }

    // The place in the other topics is that of the moment at which the subscriber came.
    private static string Own(string position) => position.Split(',').Single(part => part.StartsWith(Topic + ':', StringComparison.Ordinal));
}
