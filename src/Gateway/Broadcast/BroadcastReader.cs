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
    private readonly bool _gap;
    private readonly Position? _after;
    private readonly CancellationTokenSource _dropped = new();
    private Subscription? _subscription;

    private BroadcastReader(BroadcastHub hub, Replay replay, Position? after, bool gap, string[] topics, int page)
    {
        (_hub, _replay, _after, _gap, _topics, _page) = (hub, replay, after, gap, topics, page);
        // A subscriber of new events only is subscribed now, not at its first read.
        _subscription = after is null ? Subscribe() : null;
        Start = after ?? _subscription!.Start;
    }

    /// <summary>The position before the first event.</summary>
    public Position Start { get; }

    /// <summary>
    /// Cancels <paramref name="stop"/> a grace period after the reader was dropped, which ends a write that it blocks.
    /// Dispose the result before the source.
    /// </summary>
    public IDisposable EndWritesWith(CancellationTokenSource stop, TimeSpan grace) => _dropped.Token.Register(() => stop.CancelAfter(grace));

    public static async Task<BroadcastReader> OpenAsync(BroadcastHub hub, Replay replay, Position? after, string[] topics, int page, CancellationToken cancellationToken)
    {
        if (after is null)
            return new BroadcastReader(hub, replay, after: null, gap: false, topics, page);
        var (at, gap) = await replay.LocateAsync(after, topics, cancellationToken);
        return new BroadcastReader(hub, replay, at, gap, topics, page);
    }

    /// <summary>Throws <see cref="SlowReaderException"/> when the frames are not read fast enough.</summary>
    public async IAsyncEnumerable<BroadcastFrame> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var at = Start;
        if (_gap)
            yield return new BroadcastFrame(at, streamed: null);
        if (_after is not null)
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

    public void Dispose() => _subscription?.Dispose();

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
