using System.Globalization;
using System.Text;
using Pylon.Gateway.Problems;
using Pylon.Gateway.Transcoding;

namespace Pylon.Gateway.Broadcast;

/// <summary>Writes the frames of one subscriber: all that is ready, then a flush; a comment when there is nothing.</summary>
internal sealed class BroadcastAnswer(HttpContext context, BroadcastOptions options, TimeProvider time)
{
    private readonly StreamFormat _format = StreamFormat.For(context.Request, StreamFormat.Sse);

    public async Task Copy(BroadcastReader reader)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        using var end = reader.EndWritesWith(stop, options.DropGrace);
        try
        {
            await Begin(reader.Start, stop.Token);
            await using var frames = reader.Frames(stop.Token).GetAsyncEnumerator(stop.Token);
            while (await NextOrHeartbeat(frames, stop.Token))
                await context.Response.Body.WriteAsync(Encoded(frames.Current), stop.Token);
        }
        catch (SlowReaderException)
        {
            await Say(Dropped, stop.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // It did not even take its last events.
            context.Abort();
        }
        catch (Exception e) when (context.Response.HasStarted && EventsUnavailable.Is(e))
        {
            await Say(RpcProblem.Of(EventsUnavailable.Refusal), context.RequestAborted);
        }
    }

    private ReadOnlyMemory<byte> Encoded(BroadcastFrame frame) => _format == StreamFormat.Sse ? frame.Sse : frame.Ndjson;

    // The id before the first event lets a reader who got none yet resume from here.
    private async Task Begin(Position start, CancellationToken cancellationToken)
    {
        context.Response.ContentType = _format.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        await context.Response.StartAsync(cancellationToken);
        if (_format == StreamFormat.Sse)
        {
            var retry = ((long)options.Retry.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"retry: {retry}\nid: {start}\n\n"), cancellationToken);
        }

        await context.Response.Body.FlushAsync(cancellationToken);
    }

    private async Task<bool> NextOrHeartbeat(IAsyncEnumerator<BroadcastFrame> frames, CancellationToken cancellationToken)
    {
        var ready = frames.MoveNextAsync();
        if (ready.IsCompleted)
            return await ready;
        var next = ready.AsTask();
        await context.Response.Body.FlushAsync(cancellationToken);
        while (!next.IsCompleted && !_format.Heartbeat.IsEmpty)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var isDue = await Task.WhenAny(next, Task.Delay(options.Heartbeat, time, stop.Token)) != next;
            await stop.CancelAsync();
            if (!isDue || cancellationToken.IsCancellationRequested)
                break;
            await context.Response.Body.WriteAsync(_format.Heartbeat, cancellationToken);
            await context.Response.Body.FlushAsync(cancellationToken);
        }

        return await next;
    }

    private static Problem Dropped => new()
    {
        Status = StatusCodes.Status429TooManyRequests,
        Reason = "SLOW_READER",
        Detail = "The stream was read too slowly; connect again with the last id.",
    };

    private async Task Say(Problem problem, CancellationToken cancellationToken)
    {
        try
        {
            await context.Response.Body.WriteAsync(_format.Error(problem.Traced(context).ToJson()), cancellationToken);
            await context.Response.Body.FlushAsync(cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            context.Abort();
        }
    }
}
