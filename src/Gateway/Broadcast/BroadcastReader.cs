using System.Runtime.CompilerServices;
using Pylon.Gateway.Streams;

namespace Pylon.Gateway.Broadcast;

/// <summary>What one subscriber gets: the notice of a gap if there is one, the replay, then the live events.</summary>
internal sealed class BroadcastReader : IDisposable
{
    private readonly BroadcastHub _hub;
    private readonly ReplayPages _pages;
    private readonly IFrameWriter _writer;
    private readonly string[] _topics;
    private readonly Guid? _operator;
    private readonly bool _isNewOnly;
    private bool _gap;
    private Position? _position;
    private Subscription? _subscription;

    private BroadcastReader(BroadcastHub hub, ReplayPages pages, IFrameWriter writer, Position? after, string[] topics, Guid? operatorId)
    {
        (_hub, _pages, _writer, _position, _topics, _operator) = (hub, pages, writer, after, topics, operatorId);
        _isNewOnly = after is null;
    }

    /// <summary>Where the reader is: before the first event once it is started, then after the last one of the replay.</summary>
    public Position Position => _position!;

    /// <summary>When to come back, while the instance stops.</summary>
    public TimeSpan? ComeBackAfter => _hub.ComeBackAfter;

    /// <summary>Takes a place at the hub, or refuses; asks nothing of the stream.</summary>
    public static BroadcastReader Open(BroadcastHub hub, ReplayPages pages, IFrameWriter writer, Position? after, string[] topics, Guid? operatorId)
    {
        hub.Enter();
        return new BroadcastReader(hub, pages, writer, after, topics, operatorId);
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
            (_position, _gap) = await _pages.LocateAsync(_position!, _topics, cancellationToken);
        }
    }

    /// <summary>The frames before the live ones, in pages; none for a reader of new events. The caller writes them.</summary>
    public async IAsyncEnumerable<IReadOnlyList<BroadcastFrame>> ReplayAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_isNewOnly)
            yield break;
        if (_gap)
            yield return [new BroadcastFrame(Position, streamed: null)];

        // A long replay is read before subscribing, so that it does not fill the queue of live events.
        for (var isLast = false; !isLast;)
        {
            var page = await _pages.ReadAsync(Position, _topics, until: null, cancellationToken);
            isLast = page.IsLast;
            yield return Pass(page);
        }

        // The last page may be of another reader, who came earlier.
        _subscription = Subscribe();
        while (!_subscription.Start.IsWithin(Position))
            yield return Pass(await _pages.ReadAsync(Position, _topics, _subscription.Start, cancellationToken));
    }

    /// <summary>
    /// The hub writes the live events, after the replay. Returns when the subscriber has gone or the instance stops; throws
    /// <see cref="SlowReaderException"/> when it reads too slowly.
    /// </summary>
    public Task LiveAsync(CancellationToken cancellationToken) => _subscription!.GoLiveAsync(Position, cancellationToken);

    public void Dispose()
    {
        _subscription?.Dispose();
        _hub.Leave();
    }

    private IReadOnlyList<BroadcastFrame> Pass(ReplayPage page)
    {
        _position = page.End;
        // The pages are shared by the readers of all operators.
        return _operator is null ? page.Frames : [.. page.Frames.Where(frame => frame.IsFor(_operator))];
    }

    private Subscription Subscribe() => _hub.Subscribe(_topics, _operator, _writer);
}
