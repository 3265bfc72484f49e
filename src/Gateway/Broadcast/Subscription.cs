using Pylon.Access;
using Pylon.Gateway.Streams;

namespace Pylon.Gateway.Broadcast;

/// <summary>
/// One subscriber at the hub. The hub writes to an idle subscriber itself. While the replay still runs or a flush waits for
/// the reader, events wait in a bounded queue. A subscriber whose queue is full is dropped, so that the others need not wait.
/// </summary>
/// <remarks>
/// <c>_writing</c> is the turn to write: one caller at a time takes it and gives it back, both under the lock. The replay has it
/// first. <see cref="Ended"/> completes while nobody has it, so nothing is written after the answer is complete.
/// </remarks>
internal sealed class Subscription(BroadcastHub hub, Position start, string[] topics, Guid? operatorId, IFrameWriter writer, int queueLength) : IDisposable
{
    /// <summary>Frames written before a flush, which bounds what one subscriber holds in the buffers of its connection.</summary>
    public const int MostPerFlush = 16;

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Queue<BroadcastFrame>? _queue;
    private Position? _ahead;
    private bool _writing = true;
    private bool _quiet;
    private bool _dropped;
    private bool _gone;

    /// <summary>The position of the hub: every later event comes through this subscription.</summary>
    public Position Start => start;

    /// <summary>Completes when nothing more is written; with <see cref="SlowReaderException"/> when the subscriber was dropped.</summary>
    public Task Ended => _ended.Task;

    /// <summary>
    /// The replay is over and has sent everything up to <paramref name="at"/>: from now on the hub writes. Returns when the
    /// subscriber has gone or the instance stops.
    /// </summary>
    public async Task GoLiveAsync(Position at, CancellationToken cancellationToken)
    {
        // A reader that comes from another gateway may be ahead of this one and must not get an event twice.
        _ahead = at.IsWithin(start) ? null : at;
        await using var leave = cancellationToken.UnsafeRegister(static one => ((Subscription)one!).Leave(), this);
        _ = DrainAsync(ValueTask.CompletedTask);
        await Ended;
    }

    /// <summary>
    /// Called by the hub only, at most <see cref="MostPerFlush"/> frames at a time. False when the subscriber is dropped now.
    /// </summary>
    public bool Offer(ReadOnlySpan<BroadcastFrame> frames)
    {
        if (!Wants(frames))
            return true;
        lock (_gate)
        {
            if (_gone || _dropped)
                return true;
            if (_writing)
                return TryQueue(frames);
            _writing = true;
            _quiet = false;
        }

        WriteNow(frames);
        return true;
    }

    /// <summary>Called by the hub at regular intervals: a heartbeat when nothing was written since the last call.</summary>
    public void KeepOpen()
    {
        lock (_gate)
        {
            (_quiet, var wasQuiet) = (!_quiet, _quiet);
            if (!wasQuiet || _writing || _gone)
                return;
            _writing = true;
        }

        WriteNow([]);
    }

    /// <summary>Ends the writes of a subscriber that has not ended by itself.</summary>
    public void Abort()
    {
        // Not under the lock: it completes the pending flush, and that may take the locks of the connection.
        if (!Ended.IsCompleted)
            writer.Abort();
    }

    /// <summary>Nothing more is written; <see cref="Ended"/> completes when what is being written is.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _gone = true;
            if (!_writing)
                _ended.TrySetResult();
        }
    }

    public void Dispose()
    {
        hub.Remove(this);
        lock (_gate)
        {
            _gone = true;
            _ended.TrySetResult();
        }
    }

    private bool Wants(ReadOnlySpan<BroadcastFrame> frames)
    {
        foreach (var frame in frames)
        {
            if (Wants(frame))
                return true;
        }

        return false;
    }

    private bool Wants(BroadcastFrame frame) =>
        (topics.Length == BroadcastTopics.All.Count || topics.Contains(frame.Topic, StringComparer.Ordinal)) && frame.IsFor(operatorId);

    private bool TryQueue(ReadOnlySpan<BroadcastFrame> frames)
    {
        _queue ??= [];
        foreach (var frame in frames)
        {
            if (!Wants(frame))
                continue;
            if (_queue.Count == queueLength)
            {
                _dropped = true;
                return false;
            }

            _queue.Enqueue(frame);
        }

        return true;
    }

    private void Write(BroadcastFrame frame)
    {
        if (!Wants(frame))
            return;
        if (_ahead is { } at)
        {
            if (frame.Streamed is { } streamed && at.HasSeen(streamed.Topic, streamed.Position))
                return;
            at = at.Furthest(frame.Position);
            _ahead = at.IsWithin(frame.Position) ? null : at;
            frame = _ahead is null ? frame : frame.At(at);
        }

        writer.Write(frame);
    }

    // The frames, or a heartbeat when there are none. Most flushes are complete at once, and then nothing is allocated and no
    // other thread is involved.
    private void WriteNow(ReadOnlySpan<BroadcastFrame> frames)
    {
        try
        {
            foreach (var frame in frames)
                Write(frame);
            if (frames.IsEmpty)
                writer.WriteHeartbeat();
            var flush = writer.FlushAsync();
            if (flush.IsCompletedSuccessfully && !TryWriteQueued())
                return;
            _ = DrainAsync(flush.IsCompletedSuccessfully ? writer.FlushAsync() : flush);
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private async Task DrainAsync(ValueTask flush)
    {
        try
        {
            await flush;
            while (TryWriteQueued())
                await writer.FlushAsync();
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    // False when there is nothing to write: then the turn is given back.
    private bool TryWriteQueued()
    {
        lock (_gate)
        {
            if (!_gone && _queue is { Count: > 0 })
            {
                for (var n = 0; n < MostPerFlush && _queue.TryDequeue(out var frame); n++)
                    Write(frame);
                return true;
            }

            _queue = null;
            _writing = false;
            if (_gone)
                _ended.TrySetResult();
            else if (_dropped)
                _ended.TrySetException(new SlowReaderException());
            return false;
        }
    }

    private void Fail(Exception exception)
    {
        lock (_gate)
        {
            _gone = true;
            _writing = false;
            _ended.TrySetException(exception);
        }
    }
}
