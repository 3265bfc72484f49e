using System.Globalization;
using StackExchange.Redis;
using Xunit;

namespace Pylon.Compat.Redis.Tests;

/// <summary>The real client library over our stand-ins, against a real server, with both protocol versions.</summary>
public sealed class RedisCommandTests(RedisServer server) : IClassFixture<RedisServer>
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public async Task StringsComeBackAsTheyWereSet(RedisProtocol protocol)
    {
        await using var redis = await Connect(protocol);
        var db = redis.GetDatabase();
        var key = Key();
        Assert.True(await db.StringSetAsync(key, "grid").WaitAsync(Bound));
        Assert.Equal("grid", (string?)await db.StringGetAsync(key).WaitAsync(Bound));
        Assert.Equal("grid", (string?)db.StringGet(key));
        Assert.True((await db.StringGetAsync(Key()).WaitAsync(Bound)).IsNull);
        Assert.Equal(2, await db.StringIncrementAsync(Key(), 2).WaitAsync(Bound));
        Assert.Equal(protocol, redis.GetServer("127.0.0.1", server.Port).Protocol);
    }

    [Theory]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public async Task HashesSetsAndRangesCrossTheArena(RedisProtocol protocol)
    {
        await using var redis = await Connect(protocol);
        var db = redis.GetDatabase();
        var key = Key();
        var entries = Enumerable.Range(0, 5000).Select(i => new HashEntry($"field{i}", i)).ToArray();
        await db.HashSetAsync(key, entries).WaitAsync(Bound);
        var back = await db.HashGetAllAsync(key).WaitAsync(Bound);
        Assert.Equal(5000, back.Length);
        Assert.All(back, e => Assert.Equal($"field{e.Value}", (string?)e.Name));

        var sorted = Key();
        await db.SortedSetAddAsync(sorted, [new("a", 1.5), new("b", 2.5)]).WaitAsync(Bound);
        Assert.Equal([new("a", 1.5), new("b", 2.5)], await db.SortedSetRangeByRankWithScoresAsync(sorted).WaitAsync(Bound));
    }

    [Fact]
    public async Task SixtyFourCallersPipelineOverOneConnection()
    {
        await using var redis = await Connect();
        var db = redis.GetDatabase();
        var key = Key();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                var mine = $"{key}:{caller}:{i}";
                var set = db.StringSetAsync(mine, i);
                var get = db.StringGetAsync(mine);
                await db.StringIncrementAsync(key);
                Assert.True(await set);
                Assert.Equal(i, (int)await get);
            }
        }))).WaitAsync(Bound);
        Assert.Equal(64 * 200, (int)await db.StringGetAsync(key));
    }

    [Fact]
    public async Task BlockedThreadPoolDoesNotStopTheReplies()
    {
        await using var redis = await Connect();
        var db = redis.GetDatabase();
        var key = Key();
        // More blocking callers than the pool has threads to begin with: replies must be read without the pool.
        var callers = Enumerable.Range(0, 50).Select(i => Task.Run(() => db.StringSet($"{key}:{i}", i))).ToArray();
        await Task.WhenAll(callers).WaitAsync(Bound);
        Assert.All(callers, c => Assert.True(c.Result));
    }

    [Theory]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public async Task LargeValuesOfManySegmentsSurvive(RedisProtocol protocol)
    {
        await using var redis = await Connect(protocol);
        var db = redis.GetDatabase();
        var values = Enumerable.Range(1, 4).Select(i =>
        {
            var bytes = new byte[(i * 2 * 1024 * 1024) + i];
            new Random(i).NextBytes(bytes);
            return bytes;
        }).ToArray();
        var key = Key();
        await Task.WhenAll(values.Select((v, i) => db.StringSetAsync($"{key}:{i}", v))).WaitAsync(Bound);
        var back = await Task.WhenAll(values.Select((_, i) => db.StringGetAsync($"{key}:{i}"))).WaitAsync(Bound);
        for (var i = 0; i < values.Length; i++)
            Assert.True(values[i].AsSpan().SequenceEqual((byte[]?)back[i]), $"value {i}");
    }

    [Theory]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public async Task QueuedSubscriptionKeepsTheOrder(RedisProtocol protocol)
    {
        await using var redis = await Connect(protocol);
        await using var other = await Connect(protocol);
        var channel = RedisChannel.Literal(Key());
        var queue = await redis.GetSubscriber().SubscribeAsync(channel).WaitAsync(Bound);
        var got = new List<int>();
        var all = new TaskCompletionSource();
        queue.OnMessage(m =>
        {
            got.Add(int.Parse(m.Message.ToString(), CultureInfo.InvariantCulture));
            if (got.Count == 1000)
                all.SetResult();
        });
        var publisher = other.GetSubscriber();
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => publisher.PublishAsync(channel, i))).WaitAsync(Bound);
        await all.Task.WaitAsync(Bound);
        Assert.Equal(Enumerable.Range(0, 1000), got);
    }

    [Fact]
    public async Task TwoHandlersOfOneChannelBothHear()
    {
        await using var redis = await Connect();
        var channel = RedisChannel.Literal(Key());
        var first = new TaskCompletionSource<string>();
        var second = new TaskCompletionSource<string>();
        var subscriber = redis.GetSubscriber();
        await subscriber.SubscribeAsync(channel, (_, m) => first.TrySetResult(m.ToString()));
        await subscriber.SubscribeAsync(channel, (_, m) => second.TrySetResult(m.ToString()));
        await subscriber.PublishAsync(channel, "both");
        Assert.Equal(["both", "both"], await Task.WhenAll(first.Task, second.Task).WaitAsync(Bound));
    }

    [Theory]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public async Task LuaReturnsNestedResultsAndErrors(RedisProtocol protocol)
    {
        await using var redis = await Connect(protocol);
        var db = redis.GetDatabase();
        var result = await db.ScriptEvaluateAsync(
            "return {1, 'two', {ARGV[1], {KEYS[1]}}}", [Key()], ["x"]).WaitAsync(Bound);
        var outer = (RedisResult[])result!;
        Assert.Equal("two", (string?)outer[1]);
        Assert.Equal("x", (string?)((RedisResult[])outer[2]!)[0]);
        await Assert.ThrowsAsync<RedisServerException>(
            () => db.ScriptEvaluateAsync("return redis.error_reply('NO good')").WaitAsync(Bound));
    }

    [Theory]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public async Task StreamsAreAddedReadAndReadByGroup(RedisProtocol protocol)
    {
        await using var redis = await Connect(protocol);
        var db = redis.GetDatabase();
        var stream = (RedisKey)Key();
        var ids = new List<RedisValue>();
        for (var i = 0; i < 300; i++)
            ids.Add(await db.StreamAddAsync(stream, [new("n", i), new("text", $"event {i}")]).WaitAsync(Bound));

        var read = await db.StreamReadAsync(stream, ids[99], count: 500).WaitAsync(Bound);
        Assert.Equal(Enumerable.Range(100, 200), read.Select(e => (int)e["n"]));
        var many = await db.StreamReadAsync([new StreamPosition(stream, ids[297])], 10).WaitAsync(Bound);
        Assert.Equal([ids[298], ids[299]], many.Single().Entries.Select(e => e.Id));

        Assert.True(await db.StreamCreateConsumerGroupAsync(stream, "g", "0-0").WaitAsync(Bound));
        var group = await db.StreamReadGroupAsync(stream, "g", "one", ">", count: 10).WaitAsync(Bound);
        Assert.Equal(10, group.Length);
        Assert.Equal(10, await db.StreamAcknowledgeAsync(stream, "g", group.Select(e => e.Id).ToArray()).WaitAsync(Bound));
        Assert.Equal(300, (await db.StreamInfoAsync(stream).WaitAsync(Bound)).Length);
        Assert.Equal(0, (await db.StreamPendingAsync(stream, "g").WaitAsync(Bound)).PendingMessageCount);
    }

    [Fact]
    public async Task TransactionsHoldTheirConditions()
    {
        await using var redis = await Connect();
        var db = redis.GetDatabase();
        var key = Key();
        Assert.True(await Swap(db, key, RedisValue.Null, "one"));
        Assert.False(await Swap(db, key, "other", "two"));
        Assert.True(await Swap(db, key, "one", "two"));
        Assert.Equal("two", (string?)await db.StringGetAsync(key));

        var plain = db.CreateTransaction();
        var first = plain.StringIncrementAsync(key + "n");
        var second = plain.StringIncrementAsync(key + "n");
        Assert.True(await plain.ExecuteAsync().WaitAsync(Bound));
        Assert.Equal((1L, 2L), (await first, await second));
    }

    [Fact]
    public async Task UnreachableServerFailsTheCallAndDisposesCleanly()
    {
        using var gone = new RedisServer();
        await using var redis = await gone.ConnectAsync(o => o.BacklogPolicy = BacklogPolicy.FailFast);
        await redis.GetDatabase().PingAsync().WaitAsync(Bound);
        gone.Kill();
        await Assert.ThrowsAnyAsync<RedisException>(async () =>
        {
            while (true)
                await redis.GetDatabase().PingAsync().WaitAsync(Bound);
        });
    }

    [Fact]
    public async Task TlsCarriesManyCallersAndEndsWithItsServer()
    {
        using var secure = new RedisServer(tls: true);
        await using var redis = await secure.ConnectAsync(o =>
        {
            o.Ssl = true;
            o.CertificateValidation += static (_, _, _, _) => true;
        });
        var db = redis.GetDatabase();
        var large = new byte[3 * 1024 * 1024];
        new Random(1).NextBytes(large);
        await db.StringSetAsync("large", large).WaitAsync(Bound);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => db.StringIncrementAsync("n"))).WaitAsync(Bound);
        Assert.Equal(64, (int)await db.StringGetAsync("n").WaitAsync(Bound));
        var read = (byte[]?)await db.StringGetAsync("large").WaitAsync(Bound);
        Assert.True(large.AsSpan().SequenceEqual(read));

        secure.Kill();
        secure.Start();
        var back = false;
        while (!back)
        {
            try
            {
                back = (int)await db.StringGetAsync("n").WaitAsync(Bound) == 64;
            }
            catch (Exception e) when (e is RedisException or RedisTimeoutException)
            {
                // Not yet.
            }
        }
    }

    private static async Task<bool> Swap(IDatabase db, string key, RedisValue from, RedisValue to)
    {
        var transaction = db.CreateTransaction();
        transaction.AddCondition(from.IsNull ? Condition.KeyNotExists(key) : Condition.StringEqual(key, from));
        _ = transaction.StringSetAsync(key, to);
        return await transaction.ExecuteAsync().WaitAsync(Bound);
    }

    private static string Key() => Guid.NewGuid().ToString("N");

    private Task<ConnectionMultiplexer> Connect(RedisProtocol protocol = RedisProtocol.Resp2) =>
        server.ConnectAsync(o => o.Protocol = protocol);
}
