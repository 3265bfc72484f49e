using System.Globalization;
using System.Text;
using Pylon.Events.V1;
using Pylon.Testing;

namespace Pylon.Messaging.Tests;

/// <summary>What holds of every event stream and its groups, whichever server has them.</summary>
public abstract class EventStreamContract : IAsyncLifetime
{
    private const string Group = "contract";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromMinutes(5));
    private readonly string _topic = $"contract-{Guid.NewGuid():N}";
    private StreamClient _client = null!;

    /// <summary>A client with connections of its own, as another process has them; its end is like that of its process.</summary>
    private protected abstract Task<StreamClient> ConnectAsync();

    private IEventStream Stream => _client.Stream;

    /// <inheritdoc/>
    public virtual async Task InitializeAsync() => _client = await ConnectAsync();

    /// <inheritdoc/>
    public virtual async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task EventsComeWholeAndThoseOfASubjectInOrder()
    {
        var sent = Events(300);
        foreach (var batch in sent.Chunk(70))
            await Stream.PublishAsync(_topic, batch, _stop.Token);

        var got = await AllAsync(Stream);

        Assert.All(got, each => Assert.Null(each.DeadLetter));
        AssertSame(sent, got.Select(each => each.Event));
    }

    [Fact]
    public async Task AnEventThatAnotherProcessPublishesAgainIsThereOnce()
    {
        var sent = Events(40);
        await Stream.PublishAsync(_topic, sent[..25], _stop.Token);
        await using var other = await ConnectAsync();
        await other.Stream.PublishAsync(_topic, sent, _stop.Token);
        // The first one does not know what the other wrote.
        await Stream.PublishAsync(_topic, sent[10..], _stop.Token);

        AssertSame(sent, (await AllAsync(Stream)).Select(each => each.Event));
    }

    [Fact]
    public async Task EventsThatProcessesPublishAtTheSameTimeAreThereOnce()
    {
        await using var one = await ConnectAsync();
        await using var other = await ConnectAsync();
        var sent = new List<Event>();
        for (var round = 0; round < 10; round++)
        {
            var events = Events(30);
            await Task.WhenAll(
                one.Stream.PublishAsync(_topic, events, _stop.Token),
                other.Stream.PublishAsync(_topic, events, _stop.Token),
                Stream.PublishAsync(_topic, events, _stop.Token));
            sent.AddRange(events);
        }

        AssertSame(sent, (await AllAsync(Stream)).Select(each => each.Event));
    }

    [Fact]
    public async Task AReplayFromAnyPositionGivesExactlyWhatFollows()
    {
        await Stream.PublishAsync(_topic, Events(60), _stop.Token);
        var all = await AllAsync(Stream);
        var at = Stream.Start;
        for (var read = 0; read < all.Count; read++)
        {
            if (read % 7 == 0)
            {
                var rest = await AllAsync(Stream, at);
                Assert.Equal(Ids(all.Skip(read)).Order(StringComparer.Ordinal), Ids(rest).Order(StringComparer.Ordinal));
                Assert.All(all.Take(read), each => Assert.True(Stream.HasRead(at, each.Position)));
                Assert.All(all.Skip(read), each => Assert.False(Stream.HasRead(at, each.Position)));
            }

            at = Stream.After(at, all[read].Position);
        }

        Assert.True(Stream.IsPosition(at));
        Assert.Empty(await AllAsync(Stream, at));
        Assert.Empty(await Stream.GapsAsync(From(at), [], _stop.Token));
        Assert.Equal(at, (await Stream.TailAsync([_topic], _stop.Token))[_topic]);
    }

    [Fact]
    public async Task AFollowerThatIsKilledGoesOnWhereItWas()
    {
        var sent = Events(90);
        var (got, at) = (new List<Event>(), Stream.Start);
        foreach (var batch in sent.Chunk(30))
        {
            await Stream.PublishAsync(_topic, batch, _stop.Token);
            // It has some of the batch when it is killed.
            await using var process = await ConnectAsync();
            await FollowAsync(process.Stream, got.Count + 20);
        }

        await FollowAsync(Stream, sent.Length);

        AssertSame(sent, got);

        async Task FollowAsync(IEventStream stream, int until)
        {
            await foreach (var each in stream.FollowAsync(From(at), _stop.Token))
            {
                Assert.False(each.IsGap);
                got.Add(each.Event);
                at = stream.After(at, each.Position);
                if (got.Count == until)
                    break;
            }
        }
    }

    [Fact]
    public async Task AFollowerFromTheTailGetsOnlyWhatIsNewAndAsItComes()
    {
        await Stream.PublishAsync(_topic, Events(10), _stop.Token);
        var tail = (await Stream.TailAsync([_topic], _stop.Token))[_topic];
        await using var followed = Stream.FollowAsync(From(tail), _stop.Token).GetAsyncEnumerator();
        for (var n = 0; n < 5; n++)
        {
            var next = followed.MoveNextAsync().AsTask();
            var sent = Events(1);
            await Stream.PublishAsync(_topic, sent, _stop.Token);
            Assert.True(await next.WaitAsync(Patience));
            Assert.Equal(sent[0], followed.Current.Event);
        }
    }

    [Fact]
    public async Task ADeadLetterComesBackAsItWasFoundAndOnce()
    {
        var refused = new Event { Id = $"{Guid.NewGuid()}", Source = "pylon/test", Subject = "s" };
        var plain = new DeadLetter(refused, "It is not an event.", "\u0001 garbage"u8.ToArray());
        var enveloped = new DeadLetter(new Event { Id = $"{Guid.NewGuid()}", Subject = "t" }, "It has no batch.", "{}"u8.ToArray(), """{"why":1}"""u8.ToArray());
        await Stream.PublishDeadLettersAsync(_topic, [plain, enveloped], _stop.Token);
        await Stream.PublishDeadLettersAsync(_topic, [plain], _stop.Token);

        var got = (await AllAsync(Stream, topic: Topic.DeadLetters(_topic))).OrderBy(each => each.Event.Subject, StringComparer.Ordinal).ToList();

        Assert.Equal([refused, enveloped.Event], got.Select(each => each.Event));
        foreach (var (expected, found) in new[] { plain, enveloped }.Zip(got.Select(each => each.DeadLetter!)))
        {
            Assert.Equal(expected.Reason, found.Reason);
            Assert.Equal(expected.Original.ToArray(), found.Original.ToArray());
            Assert.Equal(expected.Envelope.ToArray(), found.Envelope.ToArray());
        }
    }

    [Fact]
    public async Task ABacklogIsWorkedOffWholeAndInOrder()
    {
        // Ten times what a relay publishes at once.
        var sent = Events(5_000);
        foreach (var batch in sent.Chunk(500))
            await Stream.PublishAsync(_topic, batch, _stop.Token);

        var got = new List<Event>();
        await ConsumeAsync(_client, entries => got.AddRange(entries.Select(EventOf)), () => got.Count >= sent.Length);

        AssertSame(sent, got);
    }

    [Fact]
    public async Task TwoConsumersShareAndWhatADeadOneHeldGoesToTheOther()
    {
        var sent = Events(200).ToList();
        await Stream.PublishAsync(_topic, sent, _stop.Token);
        var acknowledged = new HashSet<string>(StringComparer.Ordinal);
        await using (var dying = await ConnectAsync())
        {
            var held = await Eventually.Is(() => dying.Group.ReadAsync(_topic, Group, "dying", 50, _stop.Token), read => read.Count > 0, Patience);
            await dying.Group.AcknowledgeAsync(_topic, Group, [.. held.Take(5).Select(each => each.Position)], _stop.Token);
            acknowledged.UnionWith(held.Take(5).Select(each => EventOf(each).Id));
        }

        var (got, takers) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<int>());
        await using var other = await ConnectAsync();
        using var consumed = new CancellationTokenSource();
        var consuming = Task.WhenAll(
            ConsumeAsync(_client, entries => Take(1, entries), () => consumed.IsCancellationRequested),
            ConsumeAsync(other, entries => Take(2, entries), () => consumed.IsCancellationRequested));
        // More comes until both have had some.
        await Eventually.True(
            async () =>
            {
                if (Taken().Takers == 2)
                    return true;
                var more = Events(7);
                sent.AddRange(more);
                await Stream.PublishAsync(_topic, more, _stop.Token);
                return false;
            },
            Patience);
        await Eventually.True(() => Taken().Count + acknowledged.Count >= sent.Count, Patience);
        await consumed.CancelAsync();
        await consuming;

        Assert.Empty(got.Intersect(acknowledged));
        Assert.Equal(Ids(sent), got.Concat(acknowledged).Order(StringComparer.Ordinal));

        (int Count, int Takers) Taken()
        {
            lock (got)
                return (got.Count, takers.Count);
        }

        void Take(int taker, IReadOnlyList<GroupEntry> entries)
        {
            lock (got)
            {
                got.UnionWith(entries.Select(each => EventOf(each).Id));
                takers.Add(taker);
            }
        }
    }

    [Fact]
    public async Task APoisonEntryBecomesOneDeadLetterAndStopsNoOther()
    {
        await Stream.PublishAsync(_topic, Events(10), _stop.Token);
        await Stream.PublishEnvelopesAsync(_topic, [new Envelope("poison", "not what is expected"u8.ToArray(), "0")], _stop.Token);
        await Stream.PublishAsync(_topic, Events(10), _stop.Token);
        var (good, failures) = (new HashSet<string>(StringComparer.Ordinal), 0);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);

        var running = new GroupConsumer(_client.Group, TimeProvider.System).RunAsync(
            _topic, Group, TimeSpan.FromSeconds(1), ProcessAsync, _ => { }, othersAppend: false, stop.Token);
        await Eventually.True(() => good.Count == 20 && failures > 1, Patience);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        var letter = Assert.Single(await AllAsync(Stream, topic: Topic.DeadLetters(_topic)));
        Assert.Equal("not what is expected", Encoding.UTF8.GetString(letter.DeadLetter!.Original.Span));

        // It fails once after the dead letter is published, so that the entry comes again.
        async Task<IReadOnlyCollection<string>> ProcessAsync(IReadOnlyList<GroupEntry> entries, CancellationToken cancellationToken)
        {
            foreach (var entry in entries.Where(each => each.Format == EntryFormat.Event))
                good.Add(EventOf(entry).Id);
            if (entries.FirstOrDefault(each => each.Format == EntryFormat.Envelope) is not { } poison)
                return [.. entries.Select(each => each.Position)];
            await Stream.PublishDeadLettersAsync(_topic, [new DeadLetter(new Event { Id = $"{Group}-{poison.Position}" }, "poison", poison.Body)], cancellationToken);
            return ++failures == 1 ? throw new InvalidOperationException("for a test") : [.. entries.Select(each => each.Position)];
        }
    }

    [Fact]
    public async Task WhatIsNotAcknowledgedComesAgainAndIsCounted()
    {
        await Stream.PublishAsync(_topic, Events(1), _stop.Token);
        var first = Assert.Single(await Eventually.Is(() => _client.Group.ReadAsync(_topic, Group, "one", 10, _stop.Token), read => read.Count > 0, Patience));
        Assert.Equal(1, first.Deliveries);
        var again = Assert.Single((await _client.Group.ClaimAsync(_topic, Group, "one", TimeSpan.Zero, null, 10, _stop.Token)).Entries);
        Assert.Equal((first.Position, 2), (again.Position, again.Deliveries));
        Assert.Empty((await _client.Group.ClaimAsync(_topic, Group, "one", TimeSpan.FromHours(1), null, 10, _stop.Token)).Entries);

        await _client.Group.AcknowledgeAsync(_topic, Group, [again.Position], _stop.Token);

        Assert.Empty((await _client.Group.ClaimAsync(_topic, Group, "one", TimeSpan.Zero, null, 10, _stop.Token)).Entries);
        await _client.Group.TidyAsync(_topic, Group, _stop.Token);
    }

    private static Event[] Events(int count) => [.. Enumerable.Range(0, count).Select(number => new Event
    {
        Id = $"{Guid.NewGuid()}",
        Source = "pylon/test",
        Type = "pylon.workload.queued.v1",
        Subject = (number % 7).ToString(CultureInfo.InvariantCulture),
        WorkloadQueued = new WorkloadQueued { WorkloadId = "w", WorkloadName = number.ToString(CultureInfo.InvariantCulture) },
    })];

    private static Event EventOf(GroupEntry entry) => Event.Parser.ParseFrom(entry.Body.Span);

    private static IEnumerable<string> Ids(IEnumerable<StreamedEvent> events) => events.Select(each => each.Event.Id);

    private static IEnumerable<string> Ids(IEnumerable<Event> events) => events.Select(each => each.Id).Order(StringComparer.Ordinal);

    // Each once, and those of a subject in their order.
    private static void AssertSame(IEnumerable<Event> expected, IEnumerable<Event> found) =>
        Assert.Equal(expected.OrderBy(each => each.Subject, StringComparer.Ordinal), found.OrderBy(each => each.Subject, StringComparer.Ordinal));

    private Dictionary<string, string> From(string position) => new() { [_topic] = position };

    private async Task<List<StreamedEvent>> AllAsync(IEventStream stream, string? after = null, string? topic = null)
    {
        var (all, at) = (new List<StreamedEvent>(), after ?? stream.Start);
        while (await stream.ReadAsync(new Dictionary<string, string> { [topic ?? _topic] = at }, 100, _stop.Token) is { Count: > 0 } page)
        {
            all.AddRange(page);
            at = page.Aggregate(at, (position, each) => stream.After(position, each.Position));
        }

        return all;
    }

    private async Task ConsumeAsync(StreamClient client, Action<IReadOnlyList<GroupEntry>> take, Func<bool> isDone)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var running = new GroupConsumer(client.Group, TimeProvider.System).RunAsync(
            _topic,
            Group,
            TimeSpan.FromSeconds(1),
            (entries, _) =>
            {
                take(entries);
                return Task.FromResult<IReadOnlyCollection<string>>([.. entries.Select(each => each.Position)]);
            },
            _ => { },
            othersAppend: false,
            stop.Token);
        await Eventually.True(isDone, Patience);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}

/// <summary>A stream and its groups.</summary>
internal sealed record StreamClient(IEventStream Stream, IEventGroup Group, Func<ValueTask> End) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => End();
}
