using System.Threading.Channels;

namespace Pylon.Gateway.Broadcast;

/// <summary>The queue of one subscriber. When it is full the subscriber is dropped: the others do not wait for it.</summary>
internal sealed class Subscription(BroadcastHub hub, Position start, IReadOnlySet<string> topics, int queueLength, CancellationTokenSource dropped) : IDisposable
{
    private readonly Channel<BroadcastFrame> _queue = Channel.CreateBounded<BroadcastFrame>(
        new BoundedChannelOptions(queueLength) { SingleReader = true, SingleWriter = true });

    /// <summary>Where the hub was: everything after it comes through <see cref="Frames"/>.</summary>
    public Position Start { get; } = start;

    public ChannelReader<BroadcastFrame> Frames => _queue.Reader;

    /// <summary>Called by the hub only, one frame at a time. False when the subscriber had to be dropped.</summary>
    public bool Offer(BroadcastFrame frame)
    {
        if (frame.Streamed is { } streamed && !topics.Contains(streamed.Topic))
            return true;
        if (_queue.Writer.TryWrite(frame))
            return true;
        _queue.Writer.TryComplete(new SlowReaderException());
        // Not on the hub's time: cancelling runs what waits on the token.
        ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), dropped, preferLocal: false);
        return false;
    }

    public void Dispose() => hub.Remove(this);
}
