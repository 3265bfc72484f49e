using Pylon.Access;
using Pylon.Gateway.Broadcast;
using Pylon.Gateway.Streams;
using Pylon.Messaging;
using Pylon.Testing;

namespace Pylon.Gateway.Tests;

/// <summary>One subscriber at the hub, with a connection that the test holds back.</summary>
public sealed class SubscriptionTests : IAsyncLifetime
{
    private static readonly string[] All = [.. BroadcastTopics.All];
    private TestGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await TestGateway.StartAsync("--Broadcast:QueueLength=40", "--Broadcast:DropGrace=00:10:00");

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public void IdleSubscriberIsWrittenToAtOnce()
    {
        var writer = new HeldWriter();
        using var subscription = Subscribe(writer);
        var live = subscription.GoLiveAsync(subscription.Start, CancellationToken.None);

        Assert.True(subscription.Offer(Frames(1, 3)));

        Assert.Equal([1, 2, 3], writer.Sent);
        Assert.Equal(1, writer.Flushes);
        Assert.False(live.IsCompleted);
    }

    [Fact]
    public async Task EventsOfTheReplayWaitForItsEnd()
    {
        var writer = new HeldWriter();
        using var subscription = Subscribe(writer);
        Assert.True(subscription.Offer(Frames(1, 2)));
        Assert.Empty(writer.Sent);

        _ = subscription.GoLiveAsync(subscription.Start, CancellationToken.None);
        await Eventually.True(() => writer.Sent.Count == 2);
        Assert.True(subscription.Offer(Frames(3, 1)));

        Assert.Equal([1, 2, 3], writer.Sent);
    }

    [Fact]
    public async Task EventsWaitInOrderWhileAFlushIsPending()
    {
        var writer = new HeldWriter();
        using var subscription = Subscribe(writer);
        _ = subscription.GoLiveAsync(subscription.Start, CancellationToken.None);
        var held = writer.Hold();
        for (var n = 1; n <= 37; n++)
            Assert.True(subscription.Offer(Frames(n, 1)));
        Assert.Equal([1], writer.Sent);

        held.SetResult();
        await Eventually.True(() => writer.Sent.Count == 37);

        Assert.Equal(Enumerable.Range(1, 37), writer.Sent);
        Assert.False(writer.Overlapped);
    }

    [Fact]
    public async Task SubscriberWithAFullQueueGetsWhatIsQueuedAndThenTheError()
    {
        var writer = new HeldWriter();
        using var subscription = Subscribe(writer);
        var live = subscription.GoLiveAsync(subscription.Start, CancellationToken.None);
        var held = writer.Hold();
        for (var n = 1; n <= 41; n++)
            Assert.True(subscription.Offer(Frames(n, 1)));

        Assert.False(subscription.Offer(Frames(42, 1)));
        Assert.True(subscription.Offer(Frames(43, 1)));
        held.SetResult();

        await Assert.ThrowsAsync<SlowReaderException>(() => live.Within());
        Assert.Equal(Enumerable.Range(1, 41), writer.Sent);
        subscription.Abort();
        Assert.False(writer.Aborted);
    }

    [Fact]
    public async Task NothingIsWrittenOnceTheSubscriberHasGone()
    {
        var writer = new HeldWriter();
        using var gone = new CancellationTokenSource();
        using var subscription = Subscribe(writer);
        var live = subscription.GoLiveAsync(subscription.Start, gone.Token);
        var held = writer.Hold();
        subscription.Offer(Frames(1, 1));
        subscription.Offer(Frames(2, 1));

        await gone.CancelAsync();
        // The answer must not be completed while a write is under way.
        Assert.False(live.IsCompleted);
        held.SetResult();
        await live.Within();
        subscription.Offer(Frames(3, 1));
        subscription.KeepOpen();
        subscription.KeepOpen();

        Assert.Equal([1], writer.Sent);
        Assert.Equal(0, writer.Heartbeats);
    }

    [Fact]
    public async Task BrokenConnectionEndsItsSubscriberOnly()
    {
        var writer = new HeldWriter { Failure = new IOException("broken") };
        using var subscription = Subscribe(writer);
        var live = subscription.GoLiveAsync(subscription.Start, CancellationToken.None);

        Assert.True(subscription.Offer(Frames(1, 1)));

        await Assert.ThrowsAsync<IOException>(() => live.Within());
        Assert.True(subscription.Offer(Frames(2, 1)));
    }

    [Fact]
    public void HeartbeatIsWrittenOnlyToAnIdleSubscriber()
    {
        var writer = new HeldWriter();
        using var subscription = Subscribe(writer);
        subscription.KeepOpen();
        subscription.KeepOpen();
        Assert.Equal(0, writer.Heartbeats);

        _ = subscription.GoLiveAsync(subscription.Start, CancellationToken.None);
        subscription.KeepOpen();
        subscription.Offer(Frames(1, 1));
        subscription.KeepOpen();
        Assert.Equal(0, writer.Heartbeats);
        subscription.KeepOpen();
        Assert.Equal(1, writer.Heartbeats);
    }

    [Fact]
    public void OtherTopicsAreNotWritten()
    {
        var writer = new HeldWriter();
        using var subscription = _gateway.Get<BroadcastHub>().Subscribe(["batches"], operatorId: null, writer);
        _ = subscription.GoLiveAsync(subscription.Start, CancellationToken.None);

        subscription.Offer(Frames(1, 1));
        Assert.Equal(0, writer.Flushes);
        subscription.Offer([.. Frames(2, 1), .. Frames(3, 1, "batches")]);

        Assert.Equal([3], writer.Sent);
    }

    private Subscription Subscribe(HeldWriter writer) => _gateway.Get<BroadcastHub>().Subscribe(All, operatorId: null, writer);

    private BroadcastFrame[] Frames(int first, int count, string topic = "workloads") =>
        [.. Enumerable.Range(first, count).Select(n => new BroadcastFrame(
            new Position(_gateway.Events, [new(topic, $"{n}-0")]), new StreamedEvent(topic, $"{n}-0", FakeEventStream.Numbered(n))))];

    /// <summary>Takes frames and sends them when it is flushed; a flush can be held back.</summary>
    private sealed class HeldWriter : IFrameWriter
    {
        private readonly List<int> _sent = [];
        private Task _held = Task.CompletedTask;
        private int _callers;

        public IReadOnlyList<int> Sent
        {
            get
            {
                lock (_sent)
                    return [.. _sent];
            }
        }

        public int Flushes { get; private set; }

        public int Heartbeats { get; private set; }

        public bool Aborted { get; private set; }

        public bool Overlapped { get; private set; }

        public Exception? Failure { get; init; }

        public TaskCompletionSource Hold()
        {
            var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _held = held.Task;
            return held;
        }

        public void Write(BroadcastFrame frame)
        {
            lock (_sent)
                _sent.Add(int.Parse(frame.Streamed!.Event.Id));
        }

        public void WriteHeartbeat() => Heartbeats++;

        public async ValueTask FlushAsync()
        {
            Overlapped |= Interlocked.Increment(ref _callers) > 1;
            Flushes++;
            if (Failure is not null)
                throw Failure;
            await _held;
            Interlocked.Decrement(ref _callers);
        }

        public void Abort() => Aborted = true;
    }
}
