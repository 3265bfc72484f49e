using Microsoft.Extensions.Options;
using Pylon.Access;
using Pylon.Gateway.Metrics;
using Pylon.Gateway.Streams;
using Pylon.Messaging;
using Pylon.Rpc;

namespace Pylon.Gateway.Broadcast;

/// <summary>
/// Reads the event stream once for the whole process and writes each event to every subscriber. It begins at the end of
/// the stream and, after a lost connection, continues at its last position.
/// </summary>
internal sealed class BroadcastHub(
    IEventStream stream, IOptions<BroadcastOptions> settings, TimeProvider time, GatewayMetrics metrics, IHostApplicationLifetime lifetime, ILogger<BroadcastHub> log) : BackgroundService
{
    // They go to the other instances, which must not be overrun.
    private const int ComeBackPerSecond = 200;

    // More subscribers than this are shared between cores; fewer are not worth the hand-over.
    private const int PerCore = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly BroadcastOptions _options = settings.Value;
    private readonly Lock _gate = new();
    private readonly HashSet<Subscription> _subscribers = [];
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Subscription[]? _snapshot;
    private Position _position = new(stream, []);
    private int _places;
    private int? _placesAtStop;

    /// <summary>While the instance stops, when a subscriber should come back: each at another moment, 200 a second. Null before.</summary>
    public TimeSpan? ComeBackAfter =>
        _placesAtStop is { } places ? _options.Retry + TimeSpan.FromSeconds(Random.Shared.NextDouble() * places / ComeBackPerSecond) : null;

    /// <summary>The position up to which the hub has read.</summary>
    public Position Position => Volatile.Read(ref _position);

    /// <summary>Waits, at most <see cref="BroadcastOptions.StartTimeout"/>, until the hub knows the end of the stream.</summary>
    public async Task WhenStartedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _started.Task.WaitAsync(_options.StartTimeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw EventsUnavailable.Refusal.AsException();
        }
    }

    /// <summary>The subscription starts at the hub's position and gets every later event of its topics that its operator may hear.</summary>
    public Subscription Subscribe(string[] topics, Guid? operatorId, IFrameWriter writer)
    {
        lock (_gate)
        {
            var subscription = new Subscription(this, _position, topics, operatorId, writer, _options.QueueLength);
            _subscribers.Add(subscription);
            _snapshot = null;
            if (_placesAtStop is not null)
                subscription.Leave();
            return subscription;
        }
    }

    public void Remove(Subscription subscription)
    {
        lock (_gate)
        {
            if (_subscribers.Remove(subscription))
                _snapshot = null;
        }
    }

    /// <summary>
    /// A place for a subscriber, before its answer begins: later a refusal would have no status. Give it back by
    /// <see cref="Leave"/>.
    /// </summary>
    public void Enter()
    {
        if (Interlocked.Increment(ref _places) > _options.MaxSubscribers)
        {
            Interlocked.Decrement(ref _places);
            throw Refusal.Unavailable("TOO_MANY_SUBSCRIBERS", $"The gateway has {_options.MaxSubscribers} subscribers, which is its limit; connect again later.", TimeSpan.FromSeconds(5)).AsException();
        }

        metrics.Subscribed(+1);
    }

    public void Leave()
    {
        Interlocked.Decrement(ref _places);
        metrics.Subscribed(-1);
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // The server waits for its open answers before this service is stopped.
        lifetime.ApplicationStopping.Register(End);
        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(FollowAsync(stoppingToken), KeepOpenAsync(stoppingToken));

    private void End()
    {
        Subscription[] subscribers;
        lock (_gate)
        {
            _placesAtStop = Volatile.Read(ref _places);
            subscribers = Subscribers();
        }

        ForEach(subscribers, subscriber => subscriber.Leave());
    }

    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        await FindTailAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // The stream survives outages of Redis; any other exception is logged and the broadcast continues.
                await PublishAsync(stream.FollowAsync(Position.Of(BroadcastTopics.All), stoppingToken));
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.StreamLost(e, Pause);
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FindTailAsync(CancellationToken stoppingToken)
    {
        while (!_started.Task.IsCompleted)
        {
            try
            {
                _position = new Position(stream, await stream.TailAsync(BroadcastTopics.All, stoppingToken));
                _started.SetResult();
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.StreamLost(e, Pause);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    // What was read together is written with one flush. An event that was read but not published is read again after a failure.
    private async Task PublishAsync(IAsyncEnumerable<StreamedEvent> events)
    {
        var ready = new List<StreamedEvent>(Subscription.MostPerFlush);
        await using var reading = events.GetAsyncEnumerator();
        while (true)
        {
            var next = reading.MoveNextAsync();
            if (ready.Count == Subscription.MostPerFlush || (ready.Count > 0 && !next.IsCompleted))
            {
                Publish(ready);
                ready.Clear();
            }

            if (!await next)
                return;
            ready.Add(reading.Current);
        }
    }

    private void Publish(List<StreamedEvent> events)
    {
        var (frames, subscribers) = Advance(events);
        foreach (var streamed in events.Where(streamed => streamed.DeadLetter is null))
            metrics.Broadcast(streamed.Topic);
        if (frames.Length == 0)
            return;
        ForEach(subscribers, subscriber =>
        {
            if (!subscriber.Offer(frames))
                _ = DropAsync(subscriber);
        });
    }

    // Who subscribes after this has the new position, and so does not miss these frames.
    private (BroadcastFrame[] Frames, Subscription[] Subscribers) Advance(List<StreamedEvent> events)
    {
        var frames = new List<BroadcastFrame>(events.Count);
        lock (_gate)
        {
            foreach (var streamed in events)
            {
                _position = _position.After(streamed);
                // A dead letter advances the position but is not broadcast; a gap is broadcast as one.
                if (streamed.DeadLetter is null)
                    frames.Add(new BroadcastFrame(_position, streamed.IsGap ? null : streamed, streamed.Topic));
            }

            return ([.. frames], Subscribers());
        }
    }

    // Under the lock. Made anew only after a change.
    private Subscription[] Subscribers() => _snapshot ??= [.. _subscribers];

    private static void ForEach(Subscription[] subscribers, Action<Subscription> action)
    {
        var shards = Math.Clamp(subscribers.Length / PerCore, 1, Environment.ProcessorCount);
        Parallel.For(0, shards, shard =>
        {
            var end = (int)((long)subscribers.Length * (shard + 1) / shards);
            for (var n = (int)((long)subscribers.Length * shard / shards); n < end; n++)
                action(subscribers[n]);
        });
    }

    // It may read what is queued for it, for a while.
    private async Task DropAsync(Subscription subscriber)
    {
        Remove(subscriber);
        metrics.Dropped();
        await subscriber.Ended.WaitAsync(_options.DropGrace, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        subscriber.Abort();
    }

    // One timer for all. Twice in the period: an idle stream has its heartbeat at the latest when the period is over.
    private async Task KeepOpenAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.Heartbeat / 2, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Subscription[] subscribers;
                lock (_gate)
                    subscribers = Subscribers();
                ForEach(subscribers, subscriber => subscriber.KeepOpen());
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }
}
