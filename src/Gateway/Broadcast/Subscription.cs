using System.Threading.Channels;
using Pylon.Gateway.Streams;

namespace Pylon.Gateway.Broadcast;

/// <summary>The queue of one subscriber. A subscriber whose queue is full is dropped, so that the others need not wait.</summary>
internal sealed class Subscription(BroadcastHub hub, Position start, IReadOnlySet<string> topics, int queueLength, CancellationTokenSource dropped) : IDisposable
{
    private readonly Channel<BroadcastFrame> _queue = Channel.CreateBounded<BroadcastFrame>(
        new BoundedChannelOptions(queueLength) { SingleReader = true, SingleWriter = true });

    /// <summary>The position of the hub: every later event comes through <see cref="Frames"/>.</summary>
    public Position Start { get; } = start;

    public ChannelReader<BroadcastFrame> Frames => _queue.Reader;

    /// <summary>Called by the hub only, one frame at a time. False when the subscriber was dropped.</summary>
    public bool Offer(string topic, BroadcastFrame frame)
    {
        if (!topics.Contains(topic))
            return true;
        if (_queue.Writer.TryWrite(frame))
            return true;
        _queue.Writer.TryComplete(new SlowReaderException());
        // Not on the hub's thread: cancelling runs the callbacks of the token.
        ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), dropped, preferLocal: false);
        return false;
    }

    public void Dispose() => hub.Remove(this);
}
