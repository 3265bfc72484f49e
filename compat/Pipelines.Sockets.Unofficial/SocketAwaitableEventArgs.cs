using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Pipelines.Sockets.Unofficial;

/// <summary>
/// Socket arguments that can be awaited. The operation's end, <see cref="Complete"/> and <see cref="Abort"/> may race;
/// the first of them wins and runs the continuation.
/// </summary>
public class SocketAwaitableEventArgs(PipeScheduler? scheduler = null)
    : SocketAsyncEventArgs(true), ICriticalNotifyCompletion
{
    private static readonly Action Finished = static () => { };

    private Action? _continuation;
    private SocketError _abortedWith;

    public bool IsCompleted => ReferenceEquals(Volatile.Read(ref _continuation), Finished);

    public SocketAwaitableEventArgs GetAwaiter() => this;

    /// <summary>The number of bytes moved; throws the socket's error. Ready for the next operation afterwards.</summary>
    public int GetResult()
    {
        Volatile.Write(ref _continuation, null);
        var error = _abortedWith is SocketError.Success ? SocketError : _abortedWith;
        _abortedWith = SocketError.Success;
        if (error is not SocketError.Success)
            throw new SocketException((int)error);
        return BytesTransferred;
    }

    public void OnCompleted(Action continuation)
    {
        // Finished between the look at IsCompleted and here: nobody else will run it.
        if (ReferenceEquals(Interlocked.CompareExchange(ref _continuation, continuation, null), Finished))
            Run(continuation);
    }

    public void UnsafeOnCompleted(Action continuation) => OnCompleted(continuation);

    /// <summary>Says that the operation ended at once, without the event.</summary>
    public void Complete()
    {
        var continuation = Interlocked.Exchange(ref _continuation, Finished);
        if (continuation is not null && !ReferenceEquals(continuation, Finished))
            Run(continuation);
    }

    /// <summary>Ends the wait with an error; the operation itself is the caller's to stop.</summary>
    public void Abort(SocketError error = SocketError.OperationAborted)
    {
        if (error is SocketError.Success)
            throw new ArgumentException("An abort needs an error.", nameof(error));
        _abortedWith = error;
        Complete();
    }

    protected override void OnCompleted(SocketAsyncEventArgs e) => Complete();

    private void Run(Action continuation)
    {
        if (scheduler is null)
            continuation();
        else
            scheduler.Schedule(static state => ((Action)state!)(), continuation);
    }
}
