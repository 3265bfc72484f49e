using System.Globalization;
using System.Text;
using Pylon.Gateway.Problems;
using Pylon.Gateway.Streams;
using Pylon.Messaging;
using Pylon.Rpc;
using Pylon.Transcoding.Calls;
using Pylon.Transcoding.Problems;

namespace Pylon.Gateway.Broadcast;

/// <summary>Writes the frames of one subscriber: all that are ready, then a flush; heartbeats while it is idle.</summary>
internal sealed class BroadcastAnswer(HttpContext context, BroadcastOptions options, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly StreamResponse _response = new(context, StreamFormat.For(context.Request, StreamFormat.Sse), options.Heartbeat, time);

    private bool IsSse => _response.Format == StreamFormat.Sse;

    public async Task CopyAsync(BroadcastReader reader)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        using var end = reader.EndWritesWith(stop, options.DropGrace);
        try
        {
            await BeginAsync(reader, stop.Token);
            await using var frames = reader.FramesAsync(stop.Token).GetAsyncEnumerator(stop.Token);
            while (await NextAsync(frames, stop.Token))
                await _response.WriteAsync(IsSse ? frames.Current.Sse : frames.Current.Ndjson, stop.Token);
        }
        catch (SlowReaderException)
        {
            await FailAsync(Dropped, stop.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The subscriber did not even read its last events.
            context.Abort();
        }
        catch (Exception e) when (context.Response.HasStarted && RedisFailure.Is(e))
        {
            await FailAsync(RefusalProblem.Of(EventsUnavailable.Refusal), context.RequestAborted);
        }
    }

    // A browser gives up for ever on any other status than 200. So it gets its answer also while the stream is
    // unreachable, and the events when the stream is back; every other reader gets the status.
    private async Task BeginAsync(BroadcastReader reader, CancellationToken cancellationToken)
    {
        if (!IsSse)
        {
            await reader.StartAsync(cancellationToken);
            await _response.BeginAsync(default, cancellationToken);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var started = StartAsync(reader, stop.Token);
        try
        {
            await BeginAsync(reader, started, cancellationToken);
        }
        finally
        {
            // The reader is disposed after this.
            await stop.CancelAsync();
            await ((Task)started).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task BeginAsync(BroadcastReader reader, Task<bool> started, CancellationToken cancellationToken)
    {
        await Task.WhenAny(started, Task.Delay(Patience, time, cancellationToken));
        var retry = string.Create(CultureInfo.InvariantCulture, $"retry: {(long)options.Retry.TotalMilliseconds}\n");
        if (!started.IsCompleted)
        {
            await _response.BeginAsync(Encoding.UTF8.GetBytes($"{retry}: the event stream is unreachable; the events follow when it is back\n\n"), cancellationToken);
            retry = "";
        }

        await _response.NextOrHeartbeatAsync(started, cancellationToken);
        // The id before the first event lets a reader without events resume from here.
        var first = Encoding.UTF8.GetBytes($"{retry}id: {reader.Start}\n\n");
        if (context.Response.HasStarted)
            await _response.WriteAsync(first, cancellationToken);
        else
            await _response.BeginAsync(first, cancellationToken);
    }

    private async Task<bool> StartAsync(BroadcastReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await reader.StartAsync(cancellationToken);
                return true;
            }
            catch (Exception e) when (RedisFailure.Is(e) || e is RefusalException { Refusal.Kind: RefusalKind.Unavailable })
            {
                await Task.Delay(options.Retry, time, cancellationToken);
            }
        }
    }

    private async Task<bool> NextAsync(IAsyncEnumerator<BroadcastFrame> frames, CancellationToken cancellationToken)
    {
        var ready = frames.MoveNextAsync();
        if (ready.IsCompleted)
            return await ready;
        var next = ready.AsTask();
        await _response.FlushAsync(cancellationToken);
        return await _response.NextOrHeartbeatAsync(next, cancellationToken);
    }

    private static Problem Dropped => new()
    {
        Status = StatusCodes.Status429TooManyRequests,
        Reason = "SLOW_READER",
        Detail = "The subscriber reads too slowly and was dropped; connect again with the last id.",
    };

    private async Task FailAsync(Problem problem, CancellationToken cancellationToken)
    {
        try
        {
            await _response.FailAsync(problem, cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            context.Abort();
        }
    }
}
