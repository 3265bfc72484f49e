using Grpc.Core;
using Pylon.Events.V1;
using Pylon.Gateway.V1;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Gateway.Tests;

/// <summary>A subscriber hears the events of its own operator, and those of the grid.</summary>
public sealed class OperatorEventsTests
{
    private static readonly Guid Ours = Guid.NewGuid();
    private static readonly Guid Theirs = Guid.NewGuid();

    [Fact]
    public async Task LiveEventsAreOfOnesOwnOperator()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var ours = await OpenAsync(gateway, new SubscribeRequest(), CallerByHeader.Of(Ours));
        using var builtIn = await OpenAsync(gateway, new SubscribeRequest(), CallerByHeader.Of(Tenant.BuiltIn));
        using var all = await OpenAsync(gateway, new SubscribeRequest(), []);
        Publish(gateway);
        Assert.Equal(["1", "4", "6", "7"], await IdsAsync(ours, 4));
        Assert.Equal(["3", "4", "8"], await IdsAsync(builtIn, 3));
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8"], await IdsAsync(all, 8));
    }

    [Fact]
    public async Task ReplayedEventsAreOfOnesOwnOperator()
    {
        await using var gateway = await TestGateway.StartAsync("--Broadcast:ReplayPage=2");
        Publish(gateway);
        var after = new SubscribeRequest { After = "workloads:0-0,grid:0-0,decisions:0-0,insights:0-0,batches:0-0" };
        using var all = await OpenAsync(gateway, after, []);
        using var ours = await OpenAsync(gateway, after, CallerByHeader.Of(Ours));
        Assert.Equal(8, (await IdsAsync(all, 8)).Count);
        Assert.Equal(["1", "4", "6", "7"], (await IdsAsync(ours, 4)).Order());
    }

    [Fact]
    public async Task PolledEventsAreOfOnesOwnOperatorAndThePositionPassesTheOthers()
    {
        await using var gateway = await TestGateway.StartAsync();
        Publish(gateway);
        var client = new BroadcastService.BroadcastServiceClient(gateway.Grpc);
        var page = await client.PollAsync(new PollRequest { MaxEvents = 100 }, CallerByHeader.Of(Ours));
        Assert.Equal(["1", "4", "6", "7"], page.Events.Select(each => each.Event.Id).Order());
        Assert.Empty((await client.PollAsync(new PollRequest { After = page.Position }, CallerByHeader.Of(Ours))).Events);
        Assert.Equal(["1"], (await client.PollAsync(new PollRequest { MaxEvents = 1, Topics = { "workloads" } }, CallerByHeader.Of(Ours))).Events.Select(each => each.Event.Id));
    }

    [Fact]
    public async Task APollPassesSoManyEventsOfOthersAndReturnsHowFarItCame()
    {
        await using var gateway = await TestGateway.StartAsync("--Broadcast:ReplayPage=1000");
        for (var n = 1; n <= 10_000; n++)
            gateway.Events.Publish(new Event { Id = $"{n}", OperatorId = $"{Theirs}" });
        gateway.Events.Publish(new Event { Id = "ours", OperatorId = $"{Ours}" });
        var client = new BroadcastService.BroadcastServiceClient(gateway.Grpc);

        var first = await client.PollAsync(new PollRequest { Topics = { "workloads" } }, CallerByHeader.Of(Ours));
        var second = await client.PollAsync(new PollRequest { Topics = { "workloads" }, After = first.Position }, CallerByHeader.Of(Ours));

        Assert.Empty(first.Events);
        Assert.EndsWith("workloads:10000-0", first.Position);
        Assert.Equal("ours", Assert.Single(second.Events).Event.Id);
    }

    private static void Publish(TestGateway gateway)
    {
        (string Topic, Guid? Operator)[] events =
            [("workloads", Ours), ("workloads", Theirs), ("workloads", null), ("grid", null), ("insights", Theirs), ("decisions", Ours), ("batches", Ours), ("batches", null)];
        for (var n = 0; n < events.Length; n++)
        {
            var each = FakeEventStream.Numbered(n + 1);
            each.OperatorId = $"{events[n].Operator}";
            gateway.Events.Publish(each, events[n].Topic);
        }
    }

    private static async Task<AsyncServerStreamingCall<SubscribeResponse>> OpenAsync(TestGateway gateway, SubscribeRequest request, Metadata headers)
    {
        var call = new BroadcastService.BroadcastServiceClient(gateway.Grpc).Subscribe(request, headers);
        await call.ResponseHeadersAsync;
        return call;
    }

    private static async Task<IReadOnlyList<string>> IdsAsync(AsyncServerStreamingCall<SubscribeResponse> call, int count)
    {
        var ids = new List<string>();
        while (ids.Count < count && await call.ResponseStream.MoveNext(CancellationToken.None).Within())
            ids.Add(call.ResponseStream.Current.Event.Id);
        return ids;
    }
}
