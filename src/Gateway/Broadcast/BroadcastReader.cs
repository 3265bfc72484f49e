using System.Runtime.CompilerServices;

namespace Pylon.Gateway.Broadcast;

/// <summary>One subscriber's way through the stream: the gap if there is one, the replay, then the live events.</summary>
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
        // Who wants only what is new must not wait for the first read to be subscribed.
        _subscription = after is null ? Subscribe() : null;
        Start = after ?? _subscription!.Start;
    }

    /// <summary>Where the reader stands before its first event.</summary>
    public Position Start { get; }

    /// <summary>
    /// Ends, some time after the reader was dropped because it is too slow, a write that it holds up. Dispose of the
    /// result before the source.
    /// </summary>
    public IDisposable EndWritesWith(CancellationTokenSource stop, TimeSpan grace) => _dropped.Token.Register(() => stop.CancelAfter(grace));

    public static async Task<BroadcastReader> Open(BroadcastHub hub, Replay replay, Position? after, string[] topics, int page, CancellationToken cancellationToken)
    {
        if (after is null)
            return new BroadcastReader(hub, replay, after: null, gap: false, topics, page);
        var (at, gap) = await replay.Locate(after, topics, cancellationToken);
        return new BroadcastReader(hub, replay, at, gap, topics, page);
    }

    /// <summary>Ends with <see cref="SlowReaderException"/> when the frames are not taken fast enough.</summary>
    public async IAsyncEnumerable<BroadcastFrame> Frames([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var at = Start;
        if (_gap)
            yield return new BroadcastFrame(at, streamed: null);
        if (_after is not null)
        {
            // The long way is read from the stream before subscribing: it must not fill the queue of live events.
            for (var count = _page; count >= _page;)
            {
                count = 0;
                var until = _hub.Position;
                await foreach (var frame in _replay.Read(at, at.Furthest(until), _topics, cancellationToken))
                {
                    (at, count) = (frame.Position, count + 1);
                    yield return frame;
                }
            }

            _subscription = Subscribe();
            await foreach (var frame in _replay.Read(at, at.Furthest(_subscription.Start), _topics, cancellationToken))
            {
                at = frame.Position;
                yield return frame;
            }

            at = at.Furthest(_subscription.Start);
        }

        await foreach (var frame in Live(at, cancellationToken))
            yield return frame;
    }

    public void Dispose() => _subscription?.Dispose();

    // A reader who comes from another gateway may be ahead of this one: it must not see again what it has seen.
    private async IAsyncEnumerable<BroadcastFrame> Live(Position at, [EnumeratorCancellation] CancellationToken cancellationToken)
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
