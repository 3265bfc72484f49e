using System.Runtime.CompilerServices;
using Pylon.Gateway.Streams;

namespace Pylon.Gateway.Broadcast;

/// <summary>The frames of one subscriber: the gap if there is one, the replay, then the live events.</summary>
internal sealed class BroadcastReader : IDisposable
{
    private readonly BroadcastHub _hub;
    private readonly Replay _replay;
    private readonly string[] _topics;
    private readonly int _page;
    private readonly CancellationTokenSource _dropped = new();
    private readonly bool _isNewOnly;
    private bool _gap;
    private Position? _start;
    private Subscription? _subscription;

    private BroadcastReader(BroadcastHub hub, Replay replay, Position? after, string[] topics, int page)
    {
        (_hub, _replay, _start, _topics, _page) = (hub, replay, after, topics, page);
        _isNewOnly = after is null;
    }

    /// <summary>The position before the first event; known once the reader is started.</summary>
    public Position Start => _start!;

    /// <summary>
    /// Cancels <paramref name="stop"/> a grace period after the reader was dropped, which ends a write that it blocks.
    /// Dispose the result before the source.
    /// </summary>
    public IDisposable EndWritesWith(CancellationTokenSource stop, TimeSpan grace) => _dropped.Token.Register(() => stop.CancelAfter(grace));

    /// <summary>Takes a place at the hub, or refuses; asks nothing of the stream.</summary>
    public static BroadcastReader Open(BroadcastHub hub, Replay replay, Position? after, string[] topics, int page)
    {
        hub.Enter();
        return new BroadcastReader(hub, replay, after, topics, page);
    }

    /// <summary>Finds the place in the stream where the reader begins. When it fails, it may be called again.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _hub.WhenStartedAsync(cancellationToken);
        if (_isNewOnly)
        {
            // Subscribed now, not at the first read.
            _subscription ??= Subscribe();
            _start = _subscription.Start;
        }
        else
        {
            (_start, _gap) = await _replay.LocateAsync(_start!, _topics, cancellationToken);
        }
    }

    /// <summary>Throws <see cref="SlowReaderException"/> when the frames are not read fast enough.</summary>
    public async IAsyncEnumerable<BroadcastFrame> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var at = Start;
        if (_gap)
            yield return new BroadcastFrame(at, streamed: null);
        if (!_isNewOnly)
        {
            // A long replay is read before subscribing, so that it does not fill the queue of live events.
            for (var count = _page; count >= _page;)
            {
                count = 0;
                var until = _hub.Position;
                await foreach (var frame in _replay.ReadAsync(at, at.Furthest(until), _topics, cancellationToken))
                {
                    (at, count) = (frame.Position, count + 1);
                    yield return frame;
                }
            }

            _subscription = Subscribe();
            await foreach (var frame in _replay.ReadAsync(at, at.Furthest(_subscription.Start), _topics, cancellationToken))
            {
                at = frame.Position;
                yield return frame;
            }

            at = at.Furthest(_subscription.Start);
        }

        await foreach (var frame in LiveAsync(at, cancellationToken))
            yield return frame;
    }

    public void Dispose()
    {
        _subscription?.Dispose();
        _hub.Leave();
    }

    // A reader that comes from another gateway may be ahead of this one and must not get an event twice.
    private async IAsyncEnumerable<BroadcastFrame> LiveAsync(Position at, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isAhead = !at.IsWithin(_subscription!.Start);
        await foreach (var frame in _subscription.Frames.ReadAllAsync(cancellationToken))
        {
            if (!isAhead)
            {
                yield return frame;
                continue;
            }

            if (frame.Streamed is { } streamed && at.HasSeen(streamed.Topic, streamed.Position))
                continue;
            at = at.Furthest(frame.Position);
            isAhead = !at.IsWithin(frame.Position);
            yield return isAhead ? frame.At(at) : frame;
        }
    }

    private Subscription Subscribe() => _hub.Subscribe(_topics.ToHashSet(StringComparer.Ordinal), _dropped);
}
