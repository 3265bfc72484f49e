using System.IO.Pipelines;
using System.Net.Sockets;

namespace Pipelines.Sockets.Unofficial;

/// <summary>
/// Two pipes and two threads between them and the wire: one blocks in a receive, one waits for bytes to send. Threads,
/// not tasks: when every thread of the pool is blocked on a reply, nobody would be left to read that reply.
/// </summary>
internal sealed class DuplexPump : IMeasuredDuplexPipe, IDisposable
{
    // A read that fills what it was given asks for more the next time, so that a large value comes in few reads.
    private const int SmallRead = 4 * 1024;
    private const int LargeRead = 64 * 1024;

    private readonly Wire _wire;
    private readonly Pipe _receive;
    private readonly Pipe _send;
    private readonly ManualResetEventSlim _sendReady = new();
    private readonly Action _wakeSender;
    private int _shutdownKind;
    private int _socketError;
    private long _received;
    private long _sent;
    private int _lastReceived;

    internal DuplexPump(Wire wire, PipeOptions? sendOptions, PipeOptions? receiveOptions, string? name)
    {
        _wire = wire;
        _receive = new Pipe(receiveOptions ?? PipeOptions.Default);
        _send = new Pipe(InlineReader(sendOptions ?? PipeOptions.Default));
        _wakeSender = _sendReady.Set;
        name ??= "connection";
        new Thread(ReceiveLoop) { Name = name + ":receive", IsBackground = true }.Start();
        new Thread(SendLoop) { Name = name + ":send", IsBackground = true }.Start();
    }

    public PipeReader Input => _receive.Reader;

    public PipeWriter Output => _send.Writer;

    public long TotalBytesSent => Volatile.Read(ref _sent);

    public long TotalBytesReceived => Volatile.Read(ref _received);

    internal int LastReceived => Volatile.Read(ref _lastReceived);

    internal PipeShutdownKind ShutdownKind => (PipeShutdownKind)Volatile.Read(ref _shutdownKind);

    internal SocketError SocketError => (SocketError)Volatile.Read(ref _socketError);

    public void Dispose()
    {
        TrySetShutdown(PipeShutdownKind.PipeDisposed);
        _wire.Close();
    }

    /// <summary>The first reason wins: what follows it is only its consequence.</summary>
    internal bool TrySetShutdown(PipeShutdownKind kind, SocketError error = SocketError.Success)
    {
        if (Interlocked.CompareExchange(ref _shutdownKind, (int)kind, (int)PipeShutdownKind.None) != 0)
            return false;
        Volatile.Write(ref _socketError, (int)error);
        return true;
    }

    // Waking the sender is only the set of an event, so it needs no scheduler: one thread hop less for every command.
    private static PipeOptions InlineReader(PipeOptions options) => new(
        options.Pool,
        PipeScheduler.Inline,
        options.WriterScheduler,
        options.PauseWriterThreshold,
        options.ResumeWriterThreshold,
        options.MinimumSegmentSize,
        useSynchronizationContext: false);

    private void ReceiveLoop()
    {
        Exception? failure = null;
        var size = SmallRead;
        try
        {
            while (true)
            {
                var span = _receive.Writer.GetSpan(size);
                var count = _wire.Receive(span);
                if (count <= 0)
                {
                    TrySetShutdown(PipeShutdownKind.ReadEndOfStream);
                    break;
                }

                size = count == span.Length ? LargeRead : SmallRead;
                Volatile.Write(ref _lastReceived, count);
                Volatile.Write(ref _received, _received + count);
                _receive.Writer.Advance(count);
                var flush = Wait(_receive.Writer.FlushAsync());
                if (flush.IsCompleted || flush.IsCanceled)
                {
                    TrySetShutdown(
                        flush.IsCompleted ? PipeShutdownKind.ReadFlushCompleted : PipeShutdownKind.ReadFlushCanceled);
                    break;
                }
            }
        }
        catch (Exception e)
        {
            failure = Note(e, reading: true);
        }

        _receive.Writer.Complete(failure);
    }

    private void SendLoop()
    {
        Exception? failure = null;
        try
        {
            while (true)
            {
                var read = NextToSend();
                foreach (var segment in read.Buffer)
                {
                    _wire.Send(segment.Span);
                    Volatile.Write(ref _sent, _sent + segment.Length);
                }

                _send.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || read.IsCanceled)
                {
                    TrySetShutdown(PipeShutdownKind.WriteEndOfStream);
                    _wire.EndSend();
                    break;
                }
            }
        }
        catch (Exception e)
        {
            failure = Note(e, reading: false);
            // Half a connection is of no use, and the receiver is the one that tells the library.
            _wire.Close();
        }

        _send.Reader.Complete(failure);
    }

    private ReadResult NextToSend()
    {
        if (_send.Reader.TryRead(out var ready))
            return ready;
        var pending = _send.Reader.ReadAsync();
        if (pending.IsCompleted)
            return pending.GetAwaiter().GetResult();

        var awaiter = pending.ConfigureAwait(false).GetAwaiter();
        _sendReady.Reset();
        awaiter.UnsafeOnCompleted(_wakeSender);
        _sendReady.Wait();
        return awaiter.GetResult();
    }

    private static FlushResult Wait(ValueTask<FlushResult> flush) =>
        flush.IsCompleted ? flush.GetAwaiter().GetResult() : flush.AsTask().GetAwaiter().GetResult();

    /// <summary>
    /// Records the failure as the reason of the end and gives back what the other side of the pipe should see: nothing
    /// when we closed the wire ourselves.
    /// </summary>
    private Exception? Note(Exception failure, bool reading)
    {
        var socket = failure as SocketException ?? failure.InnerException as SocketException;
        var ours = ShutdownKind is PipeShutdownKind.PipeDisposed or PipeShutdownKind.ProtocolExitClient;
        if (failure is ObjectDisposedException
            || socket?.SocketErrorCode is SocketError.OperationAborted or SocketError.Interrupted)
        {
            TrySetShutdown(reading ? PipeShutdownKind.ReadDisposed : PipeShutdownKind.WriteDisposed);
            return ours ? null : new ConnectionAbortedException("The connection was closed.", failure);
        }

        if (socket is not null)
        {
            TrySetShutdown(
                reading ? PipeShutdownKind.ReadSocketError : PipeShutdownKind.WriteSocketError, socket.SocketErrorCode);
            return socket.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown
                ? new ConnectionResetException(socket.Message, failure)
                : failure;
        }

        TrySetShutdown(
            (reading, failure) switch
            {
                (true, IOException) => PipeShutdownKind.ReadIOException,
                (true, _) => PipeShutdownKind.ReadException,
                (false, IOException) => PipeShutdownKind.WriteIOException,
                (false, _) => PipeShutdownKind.WriteException,
            });
        return failure;
    }
}
