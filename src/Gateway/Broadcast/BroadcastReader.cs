using System.Runtime.CompilerServices;
using Pylon.Gateway.Streams;

namespace Pylon.Gateway.Broadcast;

/// <summary>What one subscriber gets: the notice of a gap if there is one, the replay, then the live events.</summary>
internal sealed class BroadcastReader : IDisposable
{
    private readonly BroadcastHub _hub;
    private readonly Replay _replay;
    private readonly IFrameWriter _writer;
    private readonly string[] _topics;
    private readonly int _page;
    private readonly bool _isNewOnly;
    private bool _gap;
    private Position? _position;
    private Subscription? _subscription;

    private BroadcastReader(BroadcastHub hub, Replay replay, IFrameWriter writer, Position? after, string[] topics, int page)
    {
        (_hub, _replay, _writer, _position, _topics, _page) = (hub, replay, writer, after, topics, page);
        _isNewOnly = after is null;
    }

    /// <summary>Where the reader is: before the first event once it is started, then after the last one of the replay.</summary>
    public Position Position => _position!;

    /// <summary>Takes a place at the hub, or refuses; asks nothing of the stream.</summary>
    public static BroadcastReader Open(BroadcastHub hub, Replay replay, IFrameWriter writer, Position? after, string[] topics, int page)
    {
        hub.Enter();
        return new BroadcastReader(hub, replay, writer, after, topics, page);
    }

    /// <summary>Finds the place in the stream where the reader begins. When it fails, it may be called again.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _hub.WhenStartedAsync(cancellationToken);
        if (_isNewOnly)
        {
            // Subscribed now, not when the answer has begun.
            _subscription ??= Subscribe();
            _position = _subscription.Start;
        }
        else
        {
            (_position, _gap) = await _replay.LocateAsync(_position!, _topics, cancellationToken);
        }
    }

    /// <summary>The frames before the live ones; none for a reader of new events. The caller writes them.</summary>
    public async IAsyncEnumerable<BroadcastFrame> ReplayAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_gap)
            yield return new BroadcastFrame(Position, streamed: null);
        if (_isNewOnly)
            yield break;

        // A long replay is read before subscribing, so that it does not fill the queue of live events.
        for (var count = _page; count >= _page;)
        {
            count = 0;
            var until = _hub.Position;
            await foreach (var frame in _replay.ReadAsync(Position, Position.Furthest(until), _topics, cancellationToken))
            {
                (_position, count) = (frame.Position, count + 1);
                yield return frame;
            }
        }

        _subscription = Subscribe();
        await foreach (var frame in _replay.ReadAsync(Position, Position.Furthest(_subscription.Start), _topics, cancellationToken))
        {
            _position = frame.Position;
            yield return frame;
        }

        _position = Position.Furthest(_subscription.Start);
    }

    /// <summary>
    /// The hub writes the live events, after the replay. Returns when the subscriber has gone; throws
    /// <see cref="SlowReaderException"/> when it reads too slowly.
    /// </summary>
    public Task LiveAsync(CancellationToken cancellationToken) => _subscription!.GoLiveAsync(Position, cancellationToken);

    public void Dispose()
    {
        _subscription?.Dispose();
        _hub.Leave();
    }

    private Subscription Subscribe() => _hub.Subscribe(_topics, _writer);
}
