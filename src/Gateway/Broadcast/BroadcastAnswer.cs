using System.Globalization;
using System.Text;
using Pylon.Gateway.Problems;
using Pylon.Gateway.Streams;
using Pylon.Messaging;
using Pylon.Transcoding.Calls;
using Pylon.Transcoding.Problems;

namespace Pylon.Gateway.Broadcast;

/// <summary>Writes the frames of one subscriber: all that are ready, then a flush; heartbeats while it is idle.</summary>
internal sealed class BroadcastAnswer(HttpContext context, BroadcastOptions options, TimeProvider time)
{
    private readonly StreamResponse _response = new(context, StreamFormat.For(context.Request, StreamFormat.Sse), options.Heartbeat, time);

    private bool IsSse => _response.Format == StreamFormat.Sse;

    public async Task CopyAsync(BroadcastReader reader)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        using var end = reader.EndWritesWith(stop, options.DropGrace);
        try
        {
            await _response.BeginAsync(IsSse ? Preamble(reader.Start) : default, stop.Token);
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

    // The id before the first event lets a reader without events resume from here.
    private byte[] Preamble(Position start) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: {(long)options.Retry.TotalMilliseconds}\nid: {start}\n\n"));

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
