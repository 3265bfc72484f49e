using System.Collections.Concurrent;
using StackExchange.Redis;
using Xunit;

namespace Pylon.Compat.Redis.Tests;

/// <summary>The server is killed and comes back on the same port: everybody recovers, nothing acknowledged is lost.</summary>
public sealed class RedisRestartTests : IDisposable
{
    private const int Callers = 64;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly RedisServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public async Task AllCallersRecoverAndNoAcknowledgedWriteIsLost(RedisProtocol protocol)
    {
        await using var redis = await _server.ConnectAsync(o => o.Protocol = protocol);
        var db = redis.GetDatabase();
        var acknowledged = new int[Callers];
        using var before = new CountdownEvent(Callers);
        using var after = new CountdownEvent(Callers);
        using var stop = new CancellationTokenSource();
        var restarted = 0;

        var loops = Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            bool counted = false, recovered = false;
            for (var i = 1; !stop.IsCancellationRequested; i++)
            {
                var late = Volatile.Read(ref restarted) == 1;
                try
                {
                    await db.StringSetAsync($"caller:{caller}", i).WaitAsync(Bound);
                    acknowledged[caller] = i;
                    if (i >= 50 && !counted)
                        counted = before.Signal() || true;
                    if (late && !recovered)
                        recovered = after.Signal() || true;
                }
                catch (Exception e) when (e is RedisException or RedisTimeoutException)
                {
                    // Not acknowledged, so nothing is promised.
                }
            }
        })).ToArray();

        await WaitAsync(before);
        _server.Kill();
        _server.Start();
        Volatile.Write(ref restarted, 1);
        await WaitAsync(after);
        await stop.CancelAsync();
        await Task.WhenAll(loops).WaitAsync(Bound);

        for (var caller = 0; caller < Callers; caller++)
            Assert.True((int)await db.StringGetAsync($"caller:{caller}") >= acknowledged[caller], $"caller {caller}");
    }

    [Fact]
    public async Task EveryAcknowledgedStreamEntryIsThereAfterTheKill()
    {
        await using var redis = await _server.ConnectAsync();
        var db = redis.GetDatabase();
        var acknowledged = new ConcurrentBag<string>();
        var enough = new TaskCompletionSource();
        var loops = Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            try
            {
                for (var i = 0; ; i++)
                {
                    acknowledged.Add((await db.StreamAddAsync("events", "n", $"{caller}:{i}").WaitAsync(Bound)).ToString());
                    if (acknowledged.Count > 2000)
                        enough.TrySetResult();
                }
            }
            catch (Exception e) when (e is RedisException or RedisTimeoutException)
            {
                // The kill ends the loop.
            }
        })).ToArray();
        await enough.Task.WaitAsync(Bound);
        _server.Kill();
        await Task.WhenAll(loops).WaitAsync(Bound);
        _server.Start();

        var there = (await Until(() => db.StreamRangeAsync("events"))).Select(e => e.Id.ToString()).ToHashSet();
        Assert.DoesNotContain(acknowledged, id => !there.Contains(id));
    }

    [Theory]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public async Task SubscriptionsHearAgainAfterTheRestart(RedisProtocol protocol)
    {
        await using var redis = await _server.ConnectAsync(o => o.Protocol = protocol);
        await using var other = await _server.ConnectAsync(o => o.Protocol = protocol);
        var channel = RedisChannel.Literal("doorbell");
        var heard = new ConcurrentQueue<string>();
        (await redis.GetSubscriber().SubscribeAsync(channel)).OnMessage(m => heard.Enqueue(m.Message.ToString()));
        await other.GetSubscriber().PublishAsync(channel, "before").WaitAsync(Bound);
        await Heard("before");

        for (var round = 0; round < 3; round++)
        {
            _server.Kill();
            _server.Start();
            var word = $"after {round}";
            // Publishing is not retried by anybody: a subscriber that is back counts as a receiver.
            await Until(async () =>
            {
                if (await other.GetSubscriber().PublishAsync(channel, word).WaitAsync(Bound) == 0)
                    throw new RedisException("Nobody is listening yet.");
                return true;
            });
            await Heard(word);
        }

        async Task Heard(string word)
        {
            using var timeout = new CancellationTokenSource(Bound);
            while (!heard.Contains(word))
                await Task.Delay(10, timeout.Token);
        }
    }

    private static async Task<T> Until<T>(Func<Task<T>> attempt)
    {
        using var timeout = new CancellationTokenSource(Bound);
        while (true)
        {
            try
            {
                return await attempt().WaitAsync(timeout.Token);
            }
            catch (Exception e) when (e is RedisException or RedisTimeoutException)
            {
                await Task.Delay(20, timeout.Token);
            }
        }
    }

    private static async Task WaitAsync(CountdownEvent signal) =>
        Assert.True(await Task.Run(() => signal.Wait(Bound)), $"{signal.CurrentCount} of {Callers} callers are missing.");
}
