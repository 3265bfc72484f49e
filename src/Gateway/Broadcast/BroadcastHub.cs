using Microsoft.Extensions.Options;
using Pylon.Rpc;

namespace Pylon.Gateway.Broadcast;

/// <summary>
/// Reads the event stream once for the whole process and hands each event to every subscriber. It begins at the end of
/// the stream, and after a lost connection goes on where it was.
/// </summary>
internal sealed class BroadcastHub(
    IEventSource source, IOptions<BroadcastOptions> settings, TimeProvider time, GatewayMetrics metrics, ILogger<BroadcastHub> log) : BackgroundService
{
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(2);

    private readonly BroadcastOptions _options = settings.Value;
    private readonly Lock _gate = new();
    private readonly HashSet<Subscription> _subscribers = [];
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Position _position = Position.Start;

    /// <summary>As far as the hub has read.</summary>
    public Position Position => Volatile.Read(ref _position);

    /// <summary>What the last attempt to read failed with; null while the stream is being followed.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Waits, not for ever, until the hub knows where the stream ends.</summary>
    public async Task WhenStarted(CancellationToken cancellationToken)
    {
        try
        {
            await _started.Task.WaitAsync(_options.StartTimeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw Refusal.Unavailable("EVENTS_UNAVAILABLE", "The event stream cannot be read now.", TimeSpan.FromSeconds(1)).AsException();
        }
    }

    /// <summary>From here on the subscription gets every event of its topics; it starts where the hub is now.</summary>
    public Subscription Subscribe(IReadOnlySet<string> topics)
    {
        lock (_gate)
        {
            if (_subscribers.Count >= _options.MaxSubscribers)
                throw Refusal.Unavailable("TOO_MANY_SUBSCRIBERS", "This gateway has as many subscribers as it takes.", TimeSpan.FromSeconds(5)).AsException();
            var subscription = new Subscription(this, _position, topics, _options.QueueLength);
            _subscribers.Add(subscription);
            metrics.Subscribed(+1);
            return subscription;
        }
    }

    public void Remove(Subscription subscription)
    {
        lock (_gate)
        {
            if (_subscribers.Remove(subscription))
                metrics.Subscribed(-1);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.FromMilliseconds(50);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Start(stoppingToken);
                await foreach (var streamed in source.Follow(BroadcastOptions.Topics, Position, stoppingToken))
                {
                    Publish(streamed);
                    pause = TimeSpan.FromMilliseconds(50);
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Failure = e;
                log.StreamLost(e, pause);
            }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < MaxPause ? pause * 2 : MaxPause;
        }
    }

    private async Task Start(CancellationToken cancellationToken)
    {
        if (!_started.Task.IsCompleted)
        {
            var position = Position.Start;
            foreach (var topic in BroadcastOptions.Topics)
                position = position.With(topic, (await source.Measure(topic, cancellationToken)).Last);
            lock (_gate)
                _position = position;
            _started.SetResult();
        }

        Failure = null;
    }

    private void Publish(StreamedEvent streamed)
    {
        lock (_gate)
        {
            // After a reconnection the source may tell the last ones again.
            if (streamed.Id <= _position[streamed.Topic])
                return;
            _position = _position.With(streamed.Topic, streamed.Id);
            var frame = new BroadcastFrame(_position, streamed);
            foreach (var subscriber in _subscribers.Where(subscriber => !subscriber.Offer(frame)).ToList())
            {
                _subscribers.Remove(subscriber);
                metrics.Subscribed(-1);
                metrics.Dropped();
            }
        }

        metrics.Broadcast(streamed.Topic);
    }
}
