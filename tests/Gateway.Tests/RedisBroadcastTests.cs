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
    public async Task ManyThatComeBackToEitherGatewayGetExactlyWhatTheyMissed()
    {
        const int Subscribers = 200;
        const int Kept = 40;
        var redis = await TestRedis.CreateAsync();
        await using var one = await TestGateway.StartAsync($"--PYLON_REDIS={redis.ConnectionString}");
        await using var two = await TestGateway.StartAsync($"--PYLON_REDIS={redis.ConnectionString}");
        using var first = await ServerEvents.OpenAsync(one.Http, "/beckn/broadcast");
        await PublishAsync(one, 1, Kept);
        var ids = new List<string>();
        for (var n = 0; n < Kept; n++)
        {
            await first.NumbersAsync(1);
            ids.Add(first.LastId);
        }

        var publishing = PublishAsync(one, Kept + 1, 10);
        await Task.WhenAll(Enumerable.Range(0, Subscribers).Select(async n =>
        {
            var seen = 1 + (n % (Kept - 1));
            using var back = await ServerEvents.OpenAsync((n % 2 == 0 ? one : two).Http, "/beckn/broadcast", lastId: ids[seen - 1]);
            Assert.Equal(Enumerable.Range(seen + 1, Kept + 10 - seen), await back.NumbersAsync(Kept + 10 - seen));
        }));
        await publishing;
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

    [Theory]
    [InlineData("")]
    [InlineData("?after=workloads:5-0")]
    public async Task ANewBrowserIsAnsweredWhileRedisIsAwayAndGetsTheEventsWhenItIsBack(string query)
    {
        await using var redis = await TestRedis.PrivateAsync();
        await redis.KillAsync();
        await using var gateway = await TestGateway.StartAsync($"--PYLON_REDIS={redis.Address}", "--EventStream:CallBound=00:00:00.500", "--Broadcast:Retry=00:00:00.100");

        using var stream = await ServerEvents.OpenAsync(gateway.Http, $"/beckn/broadcast{query}");
        Assert.StartsWith("retry: ", await stream.LineAsync(), StringComparison.Ordinal);
        Assert.StartsWith(": ", await stream.LineAsync(), StringComparison.Ordinal);

        await redis.StartAgainAsync();
        await stream.SkipToAsync("id: ");
        await Eventually.True(async () =>
        {
            await PublishAsync(gateway, 1, 3);
            return true;
        });
        if (query.Length > 0)
            Assert.Equal("gap", (await stream.NextAsync())!.Value.Type);
        Assert.Equal([1, 2, 3], await stream.NumbersAsync(3));
    }

    [Fact]
    public async Task ANewBrowserIsAnsweredWhileRedisIsFrozen()
    {
        await using var redis = await TestRedis.PrivateAsync();
        await using var gateway = await TestGateway.StartAsync($"--PYLON_REDIS={redis.Address}", "--EventStream:CallBound=00:00:00.500", "--Broadcast:Retry=00:00:00.100");
        await SignalAsync("-STOP", redis.Pid);
        try
        {
            using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?after=workloads:0-0");
            Assert.StartsWith("retry: ", await stream.LineAsync(), StringComparison.Ordinal);
            Assert.StartsWith(": ", await stream.LineAsync(), StringComparison.Ordinal);

            await SignalAsync("-CONT", redis.Pid);
            await stream.SkipToAsync("id: ");
            await PublishAsync(gateway, 1, 3);
            Assert.Equal([1, 2, 3], await stream.NumbersAsync(3));
        }
        finally
        {
            await SignalAsync("-CONT", redis.Pid);
        }
    }

    [Fact]
    public async Task APositionThatRedisDoesNotTakeIsRefusedAsOne()
    {
        var redis = await TestRedis.CreateAsync();
        await using var gateway = await TestGateway.StartAsync($"--PYLON_REDIS={redis.ConnectionString}");

        foreach (var path in (string[])["/beckn/broadcast", "/beckn/broadcast/poll"])
        {
            using var first = await gateway.Http.GetAsync($"{path}?after=workloads:{new string('0', 200)}1-0", HttpCompletionOption.ResponseHeadersRead);
            using var second = await gateway.Http.GetAsync($"{path}?after=workloads:1-{new string('0', 200)}1", HttpCompletionOption.ResponseHeadersRead);
            using var withNul = await gateway.Http.GetAsync($"{path}?after=workloads:1-0%00", HttpCompletionOption.ResponseHeadersRead);
            using var greatest = await gateway.Http.GetAsync($"{path}?after=workloads:{ulong.MaxValue}-{ulong.MaxValue}", HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal([400, 400, 400, 200], [(int)first.StatusCode, (int)second.StatusCode, (int)withNul.StatusCode, (int)greatest.StatusCode]);
        }
    }

    [Fact]
    public async Task AReaderOfLinesIsRefusedWhileRedisIsAway()
    {
        await using var gateway = await TestGateway.StartAsync("--PYLON_REDIS=127.0.0.1:1", "--Broadcast:StartTimeout=00:00:00.100");
        var request = new HttpRequestMessage(HttpMethod.Get, "/beckn/broadcast");
        request.Headers.Add("Accept", "application/x-ndjson");

        Assert.Equal(503, (int)(await gateway.Http.SendAsync(request)).StatusCode);
    }

    private static async Task SignalAsync(string signal, int pid)
    {
        using var kill = System.Diagnostics.Process.Start("kill", [signal, $"{pid}"]);
        await kill.WaitForExitAsync().Within();
    }

    private static Task PublishAsync(TestGateway gateway, int first, int count) => gateway.Get<IEventStream>()
        .PublishAsync("workloads", [.. Enumerable.Range(first, count).Select(FakeEventStream.Numbered)], CancellationToken.None);
}
