using Pylon.Messaging;
using Pylon.Testing;

namespace Pylon.Gateway.Tests;

/// <summary>The broadcast over a real Redis.</summary>
public sealed class RedisBroadcastTests
{
    [Fact]
    public async Task ReaderCanMoveFromOneGatewayToAnother()
    {
        var redis = await TestRedis.CreateAsync();
        await using var one = await TestGateway.StartAsync($"--PYLON_REDIS={redis.ConnectionString}");
        await using var two = await TestGateway.StartAsync($"--PYLON_REDIS={redis.ConnectionString}");
        using var a = await ServerEvents.OpenAsync(one.Http, "/beckn/broadcast");
        using var b = await ServerEvents.OpenAsync(two.Http, "/beckn/broadcast");

        await PublishAsync(one, 1, 30);
        Assert.Equal(Enumerable.Range(1, 30), await a.NumbersAsync(30));
        Assert.Equal(Enumerable.Range(1, 30), await b.NumbersAsync(30));
        Assert.Equal(a.LastId, b.LastId);

        await PublishAsync(two, 31, 10);
        using var moved = await ServerEvents.OpenAsync(two.Http, "/beckn/broadcast", lastId: a.LastId);
        Assert.Equal(Enumerable.Range(31, 10), await moved.NumbersAsync(10));
    }

    [Fact]
    public async Task SubscribersSurviveARestartOfRedis()
    {
        await using var redis = await TestRedis.PrivateAsync();
        await using var gateway = await TestGateway.StartAsync($"--PYLON_REDIS={redis.Address}");
        using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast");
        await PublishAsync(gateway, 1, 10);
        Assert.Equal(Enumerable.Range(1, 10), await stream.NumbersAsync(10));

        await redis.KillAsync();
        await redis.StartAgainAsync();

        await Eventually.True(async () =>
        {
            await PublishAsync(gateway, 11, 10);
            return true;
        });
        Assert.Equal(Enumerable.Range(11, 10), await stream.NumbersAsync(10));
    }

    private static Task PublishAsync(TestGateway gateway, int first, int count) => gateway.Get<IEventStream>()
        .PublishAsync("workloads", [.. Enumerable.Range(first, count).Select(FakeEventStream.Numbered)], CancellationToken.None);
}
