using Microsoft.Extensions.Options;
using Pylon.Gateway.Metrics;
using Pylon.Gateway.Streams;
using Pylon.Messaging;
using Pylon.Rpc;

namespace Pylon.Gateway.Broadcast;

/// <summary>
/// Reads the event stream once for the whole process and hands each event to every subscriber. It begins at the end of
/// the stream and, after a lost connection, continues at its last position.
/// </summary>
internal sealed class BroadcastHub(
    IEventStream stream, IOptions<BroadcastOptions> settings, TimeProvider time, GatewayMetrics metrics, ILogger<BroadcastHub> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly BroadcastOptions _options = settings.Value;
    private readonly Lock _gate = new();
    private readonly HashSet<Subscription> _subscribers = [];
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Position _position = new(stream, []);
    private int _places;

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

    /// <summary>
    /// The subscription starts at the hub's position and gets every later event of its topics. When it reads too slowly,
    /// <paramref name="dropped"/> is cancelled.
    /// </summary>
    public Subscription Subscribe(IReadOnlySet<string> topics, CancellationTokenSource dropped)
    {
        lock (_gate)
        {
            var subscription = new Subscription(this, _position, topics, _options.QueueLength, dropped);
            _subscribers.Add(subscription);
            return subscription;
        }
    }

    public void Remove(Subscription subscription)
    {
        lock (_gate)
            _subscribers.Remove(subscription);
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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await FindTailAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // The stream survives outages of Redis; any other exception is logged and the broadcast continues.
                await foreach (var streamed in stream.FollowAsync(Position.Of(BroadcastOptions.Topics), stoppingToken))
                    Publish(streamed);
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
                _position = new Position(stream, await stream.TailAsync(BroadcastOptions.Topics, stoppingToken));
                _started.SetResult();
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.StreamLost(e, Pause);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private void Publish(StreamedEvent streamed)
    {
        lock (_gate)
        {
            _position = _position.With(streamed.Topic, streamed.Position);
            // A dead letter advances the position but is not broadcast; a gap is broadcast as one.
            if (streamed.DeadLetter is not null)
                return;
            var frame = new BroadcastFrame(_position, streamed.IsGap ? null : streamed);
            foreach (var subscriber in _subscribers.Where(subscriber => !subscriber.Offer(streamed.Topic, frame)).ToList())
            {
                _subscribers.Remove(subscriber);
                metrics.Dropped();
            }
        }

        metrics.Broadcast(streamed.Topic);
    }
}
