using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Options;
using Pylon.Testing;
using StackExchange.Redis;

namespace Pylon.Messaging.Tests;

public sealed class RedisEventGroupTests : IAsyncLifetime
{
    private const string Topic = "phases";
    private const string Group = "conductor";
    private const string One = "one";
    private const string Other = "other";
    private TestRedis _redis = null!;
    private Streams _streams = null!;
    private RedisEventGroup _group = null!;

    public async Task InitializeAsync()
    {
        _redis = await TestRedis.CreateAsync();
        _streams = await Streams.ConnectAsync(_redis.ConnectionString);
        _group = new RedisEventGroup(_streams.Redis, Options.Create(new EventStreamOptions()), TimeProvider.System);
    }

    public async Task DisposeAsync() => await _streams.DisposeAsync();

    [Fact]
    public async Task AGroupThatIsNewBeginsWithTheOldestEntryAndGivesEachAsItIs()
    {
        var own = Streams.Event(1);
        await _streams.Stream.PublishAsync(Topic, [own], default);
        await _streams.Stream.PublishEnvelopesAsync(Topic, [new Envelope("a", """{"event_id":"a"}"""u8.ToArray())], default);
        await Database.StreamAddAsync($"pylon:events:{Topic}", "something", "else");
        var got = await ReadAsync(One);
        Assert.Equal([EntryFormat.Event, EntryFormat.Envelope, EntryFormat.Unknown], got.Select(e => e.Format));
        Assert.Equal(own.ToByteArray(), got[0].Body.ToArray());
        Assert.Equal("""{"event_id":"a"}""", Encoding.UTF8.GetString(got[1].Body.Span));
        Assert.Equal(0, got[2].Body.Length);
        Assert.All(got, e => Assert.Equal((Topic, 1), (e.Topic, e.Deliveries)));
    }

    [Fact]
    public async Task AReadTakesNoMoreThanItIsToldAndAnEntryGoesToOneConsumer()
    {
        await PublishAsync(10);
        var first = await ReadAsync(One, max: 4);
        var second = await ReadAsync(Other, max: 4);
        var rest = await ReadAsync(One, max: 4);
        Assert.Equal([4, 4, 2], new[] { first.Count, second.Count, rest.Count });
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), first.Concat(second).Concat(rest).Select(Subject));
        Assert.Empty(await ReadAsync(Other));
    }

    [Fact]
    public async Task ManyConsumersShareEverythingAndNothingTwice()
    {
        await PublishAsync(500);
        var read = await Task.WhenAll(Enumerable.Range(0, 8).Select(async n =>
        {
            var mine = new List<string>();
            while (await ReadAsync($"consumer-{n}", max: 7) is { Count: > 0 } entries)
                mine.AddRange(entries.Select(Subject));
            return mine;
        }));
        Assert.Equal(Enumerable.Range(0, 500), read.SelectMany(r => r).Select(int.Parse).Order());
    }

    [Fact]
    public async Task WhatADeadConsumerHeldIsTakenOverOnceItHasBeenHeldSoLong()
    {
        await PublishAsync(6);
        var held = await ReadAsync(One);
        await _group.AcknowledgeAsync(Topic, Group, [.. held.Take(2).Select(e => e.Position)], default);
        Assert.Empty(await _group.ClaimAsync(Topic, Group, Other, TimeSpan.FromHours(1), 100, default));

        var taken = await _group.ClaimAsync(Topic, Group, Other, TimeSpan.Zero, 3, default);
        Assert.Equal(held.Skip(2).Take(3).Select(e => e.Position), taken.Select(e => e.Position));
        Assert.Equal(held.Skip(2).Take(3).Select(Subject), taken.Select(Subject));
        Assert.All(taken, e => Assert.Equal(2, e.Deliveries));
        // It is the other's now, to be acknowledged or taken over in its turn.
        Assert.Equal([3, 3, 3, 2], (await _group.ClaimAsync(Topic, Group, "third", TimeSpan.Zero, 100, default)).Select(e => e.Deliveries));
    }

    [Fact]
    public async Task WhatIsAcknowledgedIsGivenToNobodyAgain()
    {
        await PublishAsync(5);
        var entries = await ReadAsync(One);
        await _group.AcknowledgeAsync(Topic, Group, [.. entries.Select(e => e.Position)], default);
        await _group.AcknowledgeAsync(Topic, Group, [entries[0].Position, "0-1"], default);
        await _group.AcknowledgeAsync(Topic, Group, [], default);
        Assert.Empty(await _group.ClaimAsync(Topic, Group, Other, TimeSpan.Zero, 100, default));
        Assert.Empty(await ReadAsync(Other));
        Assert.Equal(0, (await Database.StreamPendingAsync($"pylon:events:{Topic}", Group)).PendingMessageCount);
    }

    [Fact]
    public async Task AnEntryThatIsNoLongerKeptIsNotGivenToWhoTakesOver()
    {
        await PublishAsync(3);
        var held = await ReadAsync(One);
        await Database.StreamDeleteAsync($"pylon:events:{Topic}", [held[1].Position]);
        Assert.Equal(["0", "2"], (await _group.ClaimAsync(Topic, Group, Other, TimeSpan.Zero, 100, default)).Select(Subject));
    }

    [Fact]
    public async Task AGroupThatRedisLostBeginsAgain()
    {
        await PublishAsync(3);
        Assert.Equal(3, (await ReadAsync(One)).Count);
        await Database.StreamDeleteConsumerGroupAsync($"pylon:events:{Topic}", Group);
        Assert.Equal(3, (await ReadAsync(One)).Count);
        await Database.KeyDeleteAsync($"pylon:events:{Topic}");
        Assert.Empty(await _group.ClaimAsync(Topic, Group, One, TimeSpan.Zero, 100, default));
        await PublishAsync(1);
        Assert.Single(await ReadAsync(One));
    }

    [Fact]
    public async Task ADeadLetterHasTheBytesTheReasonAndTheEnvelopeOfWhoAsksForOne()
    {
        var poison = new byte[] { 0xff, 0, 0x7b };
        DeadLetter plain = new(Streams.Event(1), "not readable", poison);
        DeadLetter withEnvelope = new(Streams.Event(2), "not known", poison, """{"dlq_reason":"not known"}"""u8.ToArray());
        await _streams.Stream.PublishDeadLettersAsync(Topic, [plain, withEnvelope], default);
        // May be repeated.
        await _streams.Stream.PublishDeadLettersAsync(Topic, [plain, withEnvelope], default);

        var read = await _streams.AllAsync("phases.DLQ");
        Assert.Equal(["not readable", "not known"], read.Select(e => e.DeadLetter!.Reason));
        Assert.All(read, e => Assert.Equal(poison, e.DeadLetter!.Original.ToArray()));
        Assert.Equal([0, 26], read.Select(e => e.DeadLetter!.Envelope.Length));
        var grouped = await _group.ReadAsync("phases.DLQ", Group, One, 10, default);
        Assert.Equal([plain.Event.ToByteArray(), withEnvelope.Event.ToByteArray()], grouped.Select(e => e.Body.ToArray()));
    }

    [Fact]
    public async Task NobodyWaitsLongerThanTheBoundForAServerThatStandsStill()
    {
        await using var server = await TestRedis.PrivateAsync();
        await using var redis = await ConnectionMultiplexer.ConnectAsync(RedisConnection.Options($"{server.Address},allowAdmin=true"));
        var group = new RedisEventGroup(redis, Options.Create(new EventStreamOptions { CallBound = TimeSpan.FromMilliseconds(200) }), TimeProvider.System);
        await redis.GetServer(redis.GetEndPoints()[0]).ExecuteAsync("CLIENT", "PAUSE", "2000", "ALL");
        foreach (var call in (Func<Task>[])
        [
            () => group.ReadAsync(Topic, Group, One, 10, default),
            () => group.ClaimAsync(Topic, Group, One, TimeSpan.Zero, 10, default),
            () => group.AcknowledgeAsync(Topic, Group, ["1-1"], default),
        ])
        {
            Assert.True(RedisFailure.Is(await Assert.ThrowsAnyAsync<Exception>(call)));
        }
    }

    private IDatabase Database => _streams.Redis.GetDatabase();

    private Task PublishAsync(int count) => _streams.Stream.PublishAsync(Topic, Streams.Events(0, count), default);

    private Task<IReadOnlyList<GroupEntry>> ReadAsync(string consumer, int max = 100) => _group.ReadAsync(Topic, Group, consumer, max, default);

    private static string Subject(GroupEntry entry) => Events.V1.Event.Parser.ParseFrom(entry.Body.Span).Subject;
}
