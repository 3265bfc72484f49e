using Pylon.Events.V1;
using Pylon.Testing;

namespace Pylon.Messaging.Tests;

public sealed class RedisEventStreamTests : IAsyncLifetime
{
    private const string Topic = "workloads";
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromMinutes(2));
    private TestRedis _redis = null!;
    private Streams _streams = null!;

    private RedisEventStream Stream => _streams.Stream;

    public async Task InitializeAsync()
    {
        _redis = await TestRedis.CreateAsync();
        _streams = await Streams.ConnectAsync(_redis.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _streams.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task EventsComeBackInTheirOrderAndWhole()
    {
        var sent = Streams.Events(0, 350);
        await Stream.PublishAsync(Topic, sent, _stop.Token);
        var got = await _streams.AllAsync(Topic);
        Assert.Equal(sent, got.Select(e => e.Event));
        Assert.All(got, e => Assert.Null(e.DeadLetter));
    }

    [Fact]
    public async Task AnEventPublishedAgainIsThereOnce()
    {
        var sent = Streams.Events(0, 10);
        await Stream.PublishAsync(Topic, sent[..6], _stop.Token);
        await Stream.PublishAsync(Topic, sent, _stop.Token);
        Assert.Equal(sent, (await _streams.AllAsync(Topic)).Select(e => e.Event));
    }

    [Fact]
    public async Task ReadingGoesOnFromEachTopicsPosition()
    {
        await Stream.PublishAsync(Topic, Streams.Events(0, 5), _stop.Token);
        await Stream.PublishAsync("alerts", Streams.Events(100, 5), _stop.Token);
        var third = (await _streams.AllAsync(Topic))[2].Position;
        var got = await Stream.ReadAsync(
            new Dictionary<string, string> { [Topic] = third, ["alerts"] = Stream.Start, ["none"] = Stream.Start },
            maxPerTopic: 2,
            _stop.Token);
        Assert.Equal(["3", "4"], got.Where(e => e.Topic == Topic).Select(e => e.Event.Subject));
        Assert.Equal(["100", "101"], got.Where(e => e.Topic == "alerts").Select(e => e.Event.Subject));
    }

    [Fact]
    public async Task FollowingGivesWhatWasThereAndThenWhatComes()
    {
        await Stream.PublishAsync(Topic, Streams.Events(0, 700), _stop.Token);
        var got = new List<string>();
        await foreach (var streamed in Stream.FollowAsync(From(Stream.Start), _stop.Token))
        {
            got.Add(streamed.Event.Subject);
            if (got.Count == 700)
                await Stream.PublishAsync(Topic, Streams.Events(700, 3), _stop.Token);
            if (got.Count == 703)
                break;
        }

        Assert.Equal(Enumerable.Range(0, 703).Select(i => $"{i}"), got);
    }

    [Fact]
    public async Task FollowingResumesAtAPosition()
    {
        await Stream.PublishAsync(Topic, Streams.Events(0, 10), _stop.Token);
        var position = string.Empty;
        await foreach (var streamed in Stream.FollowAsync(From(Stream.Start), _stop.Token))
        {
            position = streamed.Position;
            if (streamed.Event.Subject == "6")
                break;
        }

        Assert.Equal(["7", "8", "9"], await TakeAsync(position, 3));
    }

    [Fact]
    public async Task APublishWakesAFollowerLongBeforeItsPoll()
    {
        await using var patient = await Streams.ConnectAsync(
            _redis.ConnectionString, new EventStreamOptions { Poll = TimeSpan.FromMinutes(1) });
        var followed = patient.Stream.FollowAsync(From(Stream.Start), _stop.Token).GetAsyncEnumerator(_stop.Token);
        for (var i = 0; i < 5; i++)
        {
            var next = followed.MoveNextAsync().AsTask();
            await Stream.PublishAsync(Topic, Streams.Events(i, 1), _stop.Token);
            Assert.True(await next.WaitAsync(Bound));
            Assert.Equal($"{i}", followed.Current.Event.Subject);
        }

        await followed.DisposeAsync();
    }

    [Fact]
    public async Task AnIdleFollowerThrowsNothing()
    {
        await using var eager = await Streams.ConnectAsync(_redis.ConnectionString, new EventStreamOptions { Poll = TimeSpan.FromMilliseconds(20) });
        using var thrown = ThrownExceptions.Record();
        await using var followed = eager.Stream.FollowAsync(From(Stream.Start), _stop.Token).GetAsyncEnumerator(_stop.Token);
        var next = followed.MoveNextAsync().AsTask();
        await Eventually.True(() => eager.Redis.GetCounters().Interactive.OperationCount > 10);
        await Stream.PublishAsync(Topic, Streams.Events(0, 1), _stop.Token);

        Assert.True(await next.WaitAsync(Bound));
        Assert.Empty(thrown.All);
    }

    [Fact]
    public async Task FollowingEndsWithItsToken()
    {
        using var stop = new CancellationTokenSource();
        await using var followed = Stream.FollowAsync(From(Stream.Start), stop.Token).GetAsyncEnumerator(stop.Token);
        var next = followed.MoveNextAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next.AsTask().WaitAsync(Bound));
    }

    [Fact]
    public async Task TheTailGivesOnlyWhatIsNew()
    {
        await Stream.PublishAsync(Topic, Streams.Events(0, 10), _stop.Token);
        var tail = await Stream.TailAsync([Topic, "empty"], _stop.Token);
        Assert.Equal(Stream.Start, tail["empty"]);
        await Stream.PublishAsync(Topic, Streams.Events(10, 2), _stop.Token);
        Assert.Equal(["10", "11"], await TakeAsync(tail[Topic], 2));
    }

    [Fact]
    public async Task AReplayFromATrimmedPositionIsAGap()
    {
        await using var small = await Streams.ConnectAsync(_redis.ConnectionString, new EventStreamOptions { MaxLength = 100 });
        await small.Stream.PublishAsync(Topic, Streams.Events(0, 50), _stop.Token);
        Assert.Equal(Stream.Start, (await Stream.OldestAsync([Topic], _stop.Token))[Topic]);
        var early = (await _streams.AllAsync(Topic))[10].Position;
        Assert.False(await IsGapAsync(early));

        await small.Stream.PublishAsync(Topic, Streams.Events(50, 1000), _stop.Token);
        var kept = await _streams.AllAsync(Topic);
        Assert.InRange(kept.Count, 100, 300);
        Assert.True(await IsGapAsync(early));
        Assert.True(await IsGapAsync(Stream.Start));
        Assert.False(await IsGapAsync(kept[0].Position));
        Assert.False(await IsGapAsync(kept[^1].Position));
        // From the oldest position on nothing is missing.
        var oldest = await Stream.OldestAsync([Topic], _stop.Token);
        Assert.Equal(kept[0].Event, (await Stream.ReadAsync(oldest, 1, _stop.Token)).Single().Event);
    }

    [Fact]
    public async Task AFollowerThatWasCutOffLongerThanTheStreamKeepsIsToldOfTheGap()
    {
        await using var small = await Streams.ConnectAsync(_redis.ConnectionString, new EventStreamOptions { MaxLength = 100 });
        await small.Stream.PublishAsync(Topic, Streams.Events(0, 10), _stop.Token);
        await using var followed = small.Stream.FollowAsync(From(Stream.Start), _stop.Token).GetAsyncEnumerator(_stop.Token);
        for (var i = 0; i < 10; i++)
            Assert.True(await followed.MoveNextAsync());
        Assert.Equal("9", followed.Current.Event.Subject);

        await small.Stream.PublishAsync(Topic, Streams.Events(10, 1000), _stop.Token);

        Assert.True(await followed.MoveNextAsync());
        Assert.True(followed.Current.IsGap);
        var kept = await _streams.AllAsync(Topic);
        foreach (var each in kept)
        {
            Assert.True(await followed.MoveNextAsync());
            Assert.Equal(each, followed.Current);
        }
    }

    [Fact]
    public async Task AFollowerIsToldOnceThatTheStreamWasLost()
    {
        await Stream.PublishAsync(Topic, Streams.Events(0, 3), _stop.Token);
        await using var followed = Stream.FollowAsync(From(Stream.Start), _stop.Token).GetAsyncEnumerator(_stop.Token);
        for (var i = 0; i < 3; i++)
            Assert.True(await followed.MoveNextAsync());

        await _streams.Redis.GetDatabase().KeyDeleteAsync("pylon:events:workloads");
        await Stream.PublishAsync(Topic, Streams.Events(3, 2), _stop.Token);

        Assert.True(await followed.MoveNextAsync());
        Assert.True(followed.Current.IsGap);
        foreach (var subject in (string[])["3", "4"])
        {
            Assert.True(await followed.MoveNextAsync());
            Assert.Equal(subject, followed.Current.Event.Subject);
        }
    }

    [Fact]
    public async Task AFollowerKeepsItsPlaceWhenNothingIsLost()
    {
        await Stream.PublishAsync(Topic, Streams.Events(0, 3), _stop.Token);
        var tail = (await Stream.TailAsync([Topic], _stop.Token))[Topic];
        Assert.Empty(await Stream.MissingAsync(From(tail), _stop.Token));
        Assert.Empty(await ((IEventStream)Stream).GapsAsync(From(tail), [], _stop.Token));
        Assert.Empty(await ((IEventStream)Stream).GapsAsync(From(Stream.Start), [], _stop.Token));
    }

    [Fact]
    public async Task AForeignEntryIsToldAndPassed()
    {
        await _streams.Redis.GetDatabase().StreamAddAsync("pylon:events:workloads", "event", "\u00ff\u00ff");
        await Stream.PublishAsync(Topic, Streams.Events(1, 1), _stop.Token);
        var got = await _streams.AllAsync(Topic);
        Assert.Contains("not an event", got[0].DeadLetter?.Reason);
        Assert.Equal("1", got[1].Event.Subject);
    }

    [Theory]
    [InlineData("1-1", "1-2", true, -1)]
    [InlineData("2-0", "1-18446744073709551615", true, 1)]
    [InlineData("5-5", "5-5", true, 0)]
    [InlineData("", "1-1", false, 0)]
    [InlineData("1-1", "latest", false, 0)]
    [InlineData("-1-1", "1-1", false, 0)]
    public void PositionsCompareAsNumbers(string left, string right, bool comparable, int expected)
    {
        Assert.Equal(comparable, Stream.TryCompare(left, right, out var order));
        Assert.Equal(expected, Math.Sign(order));
    }

    private async Task<bool> IsGapAsync(string position)
    {
        var oldest = (await Stream.OldestAsync([Topic], _stop.Token))[Topic];
        Assert.True(Stream.TryCompare(position, oldest, out var order));
        return order < 0;
    }

    private async Task<List<string>> TakeAsync(string position, int count)
    {
        var got = new List<string>();
        await foreach (var streamed in Stream.FollowAsync(From(position), _stop.Token))
        {
            got.Add(streamed.Event.Subject);
            if (got.Count == count)
                break;
        }

        return got;
    }

    private static Dictionary<string, string> From(string position) => new() { [Topic] = position };
}
