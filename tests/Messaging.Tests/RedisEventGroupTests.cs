using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
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
        _group = GroupOn(_streams.Redis, new EventStreamOptions());
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
        Assert.Empty(await ClaimAsync(Other, heldFor: TimeSpan.FromHours(1)));

        var taken = await ClaimAsync(Other, max: 3);
        Assert.Equal(held.Skip(2).Take(3).Select(e => e.Position), taken.Select(e => e.Position));
        Assert.Equal(held.Skip(2).Take(3).Select(Subject), taken.Select(Subject));
        Assert.All(taken, e => Assert.Equal(2, e.Deliveries));
        // It is the other's now, to be acknowledged or taken over in its turn.
        Assert.Equal([3, 3, 3, 2], (await ClaimAsync("third")).Select(e => e.Deliveries));
    }

    [Fact]
    public async Task WhatIsAcknowledgedIsGivenToNobodyAgain()
    {
        await PublishAsync(5);
        var entries = await ReadAsync(One);
        await _group.AcknowledgeAsync(Topic, Group, [.. entries.Select(e => e.Position)], default);
        await _group.AcknowledgeAsync(Topic, Group, [entries[0].Position, "0-1"], default);
        await _group.AcknowledgeAsync(Topic, Group, [], default);
        Assert.Empty(await ClaimAsync(Other));
        Assert.Empty(await ReadAsync(Other));
        Assert.Equal(0, (await Database.StreamPendingAsync($"pylon:events:{Topic}", Group)).PendingMessageCount);
    }

    [Fact]
    public async Task AnEntryThatIsNoLongerKeptIsNotGivenToWhoTakesOver()
    {
        await PublishAsync(3);
        var held = await ReadAsync(One);
        await Database.StreamDeleteAsync($"pylon:events:{Topic}", [held[1].Position]);
        Assert.Equal(["0", "2"], (await ClaimAsync(Other)).Select(Subject));
    }

    [Fact]
    public async Task AGroupThatRedisLostBeginsAgain()
    {
        await PublishAsync(3);
        Assert.Equal(3, (await ReadAsync(One)).Count);
        await Database.StreamDeleteConsumerGroupAsync($"pylon:events:{Topic}", Group);
        Assert.Equal(3, (await ReadAsync(One)).Count);
        await Database.KeyDeleteAsync($"pylon:events:{Topic}");
        Assert.Empty(await ClaimAsync(One));
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
        var group = GroupOn(redis, new EventStreamOptions { CallBound = TimeSpan.FromMilliseconds(200) });
        await redis.GetServer(redis.GetEndPoints()[0]).ExecuteAsync("CLIENT", "PAUSE", "2000", "ALL");
        foreach (var call in (Func<Task>[])
        [
            () => group.ReadAsync(Topic, Group, One, 10, default),
            () => group.ClaimAsync(Topic, Group, One, TimeSpan.Zero, null, 10, default),
            () => group.AcknowledgeAsync(Topic, Group, ["1-1"], default),
            () => group.TidyAsync(Topic, Group, default),
        ])
        {
            Assert.True(RedisFailure.Is(await Assert.ThrowsAnyAsync<Exception>(call)));
        }
    }

    /// <summary>A living consumer holds the first 3000, and a dead one the rest.</summary>
    [Fact]
    public async Task AClaimGoesOnWhereTheOneBeforeEnded()
    {
        await PublishAsync(3050);
        var held = await ReadAsync(One, max: 10_000);
        await Database.ExecuteAsync(
            "XCLAIM", [Key, Group, "dead", "0", .. held.Skip(3000).Select(e => e.Position), "IDLE", (long)TimeSpan.FromHours(2).TotalMilliseconds]);
        var (claimed, from, calls) = (new List<GroupEntry>(), (string?)null, 0);
        do
        {
            (var entries, from) = await _group.ClaimAsync(Topic, Group, Other, TimeSpan.FromHours(1), from, 20, default);
            claimed.AddRange(entries);
            Assert.InRange(++calls, 1, 100);
        }
        while (from is not null);
        Assert.Equal(Enumerable.Range(3000, 50), claimed.Select(Subject).Select(int.Parse));
        Assert.True(calls > 2);
    }

    [Fact]
    public async Task AConsumerTakesOverWhatIsBehindManyThatALivingOneHolds()
    {
        await PublishAsync(3050);
        var held = await ReadAsync(One, max: 10_000);
        await Database.ExecuteAsync(
            "XCLAIM", [Key, Group, "dead", "0", .. held.Skip(3000).Select(e => e.Position), "IDLE", (long)TimeSpan.FromHours(2).TotalMilliseconds]);
        using var stop = new CancellationTokenSource();
        var taken = new List<string>();
        await new GroupConsumer(_group, TimeProvider.System).RunAsync(
            Topic,
            Group,
            TimeSpan.FromHours(1),
            async (entries, _) =>
            {
                taken.AddRange(entries.Select(Subject));
                if (taken.Count == 50)
                    await stop.CancelAsync();
                return [.. entries.Select(e => e.Position)];
            },
            e => Assert.Fail(e.ToString()),
            othersAppend: false,
            stop.Token).WaitAsync(TimeSpan.FromSeconds(60)).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.Equal(Enumerable.Range(3000, 50), taken.Select(int.Parse));
    }

    [Fact]
    public async Task WhatAnotherProgramAppendsToAWatchedTopicIsSignalled()
    {
        const string Second = "watched too";
        using (_group.Watch(Topic))
        using (_group.Watch(Second))
        {
            for (var n = 0; n < 2; n++)
            {
                foreach (var topic in (string[])[Topic, Second])
                {
                    var next = _group.PublishedAsync(topic);
                    await Database.StreamAddAsync(RedisEventStream.Key(topic), "envelope", $"{n}");
                    await next.WaitAsync(TimeSpan.FromSeconds(60));
                }
            }
        }

        // Watching begins again when nobody did meanwhile.
        using var again = _group.Watch(Topic);
        var later = _group.PublishedAsync(Topic);
        await Database.StreamAddAsync(Key, "envelope", "later");
        await later.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task AConsumerThatIsGoneAndHoldsNothingIsRemoved()
    {
        await PublishAsync(2);
        await ReadAsync("holds", max: 1);
        await _group.AcknowledgeAsync(Topic, Group, [(await ReadAsync("gone"))[0].Position], default);
        await _group.TidyAsync(Topic, Group, default);
        Assert.Equal(["gone", "holds"], await ConsumersAsync());

        var impatient = GroupOn(_streams.Redis, new EventStreamOptions { ForgetConsumersAfter = TimeSpan.FromMilliseconds(1) });
        await Eventually.True(async () =>
        {
            await impatient.TidyAsync(Topic, Group, default);
            return await ConsumersAsync() is ["holds"];
        });
        // It may come back at any time.
        await PublishAsync(1);
        Assert.Single(await ReadAsync("gone"));
        await impatient.TidyAsync("no such topic", Group, default);
        await impatient.TidyAsync(Topic, "no such group", default);

        async Task<List<string>> ConsumersAsync() => [.. (await Database.StreamConsumerInfoAsync(Key, Group)).Select(c => c.Name).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task TheLagAndWhatWasTrimmedUnreadAreMeasured()
    {
        using var metrics = new Measured();
        await PublishAsync(10);
        await ReadAsync(One, max: 4);
        await _group.TidyAsync(Topic, Group, default);
        Assert.Equal((6, 4), (metrics.Last("pylon_group_lag"), metrics.Last("pylon_group_pending")));
        Assert.Equal(0, metrics.Sum("pylon_group_lost"));

        for (var round = 1; round <= 2; round++)
        {
            // Four are unread and trimmed, two are read in time.
            await PublishAsync(round == 1 ? 0 : 6);
            await Database.StreamTrimAsync(Key, 2, useApproximateMaxLength: false);
            Assert.Equal(2, (await ReadAsync(One)).Count);
            Assert.Equal(4 * round, metrics.Sum("pylon_group_lost"));
            await _group.TidyAsync(Topic, Group, default);
            Assert.Equal(0, metrics.Last("pylon_group_lag"));
        }

        await ReadAsync(One);
        await PublishAsync(1);
        Assert.Single(await ReadAsync(One));
        Assert.Equal(8, metrics.Sum("pylon_group_lost"));

        // As after a restart: Redis does not know how many were read.
        var end = (await Database.StreamInfoAsync(Key)).LastGeneratedId;
        await Database.ExecuteAsync("XGROUP", "SETID", Key, Group, end, "ENTRIESREAD", 3);
        await _group.TidyAsync(Topic, Group, default);
        Assert.Equal(0, metrics.Last("pylon_group_lag"));
        await PublishAsync(2);
        await _group.TidyAsync(Topic, Group, default);
        Assert.Equal(2, metrics.Last("pylon_group_lag"));
    }

    [Fact]
    public async Task WhatIsProcessedIsNotProcessedAgainWhenItsAcknowledgementFails()
    {
        await PublishAsync(3);
        using var stop = new CancellationTokenSource();
        var (failing, seen) = (FailingAcknowledgement.Of(_group, 2), new List<string>());
        var running = new GroupConsumer(failing, TimeProvider.System).RunAsync(
            Topic,
            Group,
            TimeSpan.FromMilliseconds(1),
            (entries, _) =>
            {
                seen.AddRange(entries.Select(Subject));
                return Task.FromResult<IReadOnlyCollection<string>>([.. entries.Select(e => e.Position)]);
            },
            _ => { },
            othersAppend: false,
            stop.Token);
        await Eventually.True(async () =>
            await Database.KeyExistsAsync(Key) && (await Database.StreamGroupInfoAsync(Key)) is [{ PendingMessageCount: 0, LastDeliveredId: not "0-0" }]);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(["0", "1", "2"], seen);
    }

    private static RedisEventGroup GroupOn(IConnectionMultiplexer redis, EventStreamOptions options) =>
        new(redis, Options.Create(options), TimeProvider.System, NullLogger<RedisEventGroup>.Instance);

    private async Task<IReadOnlyList<GroupEntry>> ClaimAsync(string consumer, TimeSpan heldFor = default, int max = 100) =>
        (await _group.ClaimAsync(Topic, Group, consumer, heldFor, null, max, default)).Entries;

    private RedisKey Key => $"pylon:events:{Topic}";

    private IDatabase Database => _streams.Redis.GetDatabase();

    private Task PublishAsync(int count) => _streams.Stream.PublishAsync(Topic, Streams.Events(0, count), default);

    private Task<IReadOnlyList<GroupEntry>> ReadAsync(string consumer, int max = 100) => _group.ReadAsync(Topic, Group, consumer, max, default);

    private static string Subject(GroupEntry entry) => Events.V1.Event.Parser.ParseFrom(entry.Body.Span).Subject;

    /// <summary>The measurements of groups; the tests of this class, the only ones with groups, run one after another.</summary>
    private sealed class Measured : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(string Name, long Value)> _values = new();

        public Measured()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Pylon.Messaging.Groups")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _values.Enqueue((instrument.Name, value)));
            _listener.Start();
        }

        public long Last(string name) => _values.Last(v => v.Name == name).Value;

        public long Sum(string name) => _values.Where(v => v.Name == name).Sum(v => v.Value);

        public void Dispose() => _listener.Dispose();
    }
}

/// <summary>A group whose first acknowledgements fail.</summary>
public class FailingAcknowledgement : DispatchProxy
{
    private IEventGroup _inner = null!;
    private int _failures;

    internal static IEventGroup Of(IEventGroup inner, int failures)
    {
        var proxy = Create<IEventGroup, FailingAcknowledgement>();
        (((FailingAcknowledgement)(object)proxy)._inner, ((FailingAcknowledgement)(object)proxy)._failures) = (inner, failures);
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == nameof(IEventGroup.AcknowledgeAsync) && ((IReadOnlyCollection<string>)args![2]!).Count > 0 && _failures-- > 0
            ? Task.FromException(new TimeoutException())
            : targetMethod.Invoke(_inner, args);
}
