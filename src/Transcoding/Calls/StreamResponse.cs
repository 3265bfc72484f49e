using Pylon.Transcoding.Problems;

namespace Pylon.Transcoding.Calls;

/// <summary>A streamed response: frames, and heartbeats while the stream is idle.</summary>
public sealed class StreamResponse(HttpContext context, StreamFormat format, TimeSpan heartbeat, TimeProvider time)
{
    public StreamFormat Format => format;

    /// <summary>Sends the headers, and with them the first bytes if there are any.</summary>
    public async Task BeginAsync(ReadOnlyMemory<byte> first, CancellationToken cancellationToken)
    {
        context.Response.ContentType = format.ContentType;
        context.Response.Headers.CacheControl = "no-cache, no-transform";
        // nginx would otherwise buffer the frames.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        await context.Response.StartAsync(cancellationToken);
        await WriteAsync(first, cancellationToken);
        await FlushAsync(cancellationToken);
    }

    /// <summary>Writes a frame; the caller flushes when it has no other.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken) =>
        HttpMethods.IsHead(context.Request.Method) ? ValueTask.CompletedTask : context.Response.Body.WriteAsync(frame, cancellationToken);

    public Task FlushAsync(CancellationToken cancellationToken) => context.Response.Body.FlushAsync(cancellationToken);

    /// <summary>Awaits the next frame and writes heartbeats meanwhile.</summary>
    public async Task<bool> NextOrHeartbeatAsync(Task<bool> next, CancellationToken cancellationToken)
    {
        while (!next.IsCompleted && !format.Heartbeat.IsEmpty)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var isDue = await Task.WhenAny(next, Task.Delay(heartbeat, time, stop.Token)) != next;
            await stop.CancelAsync();
            if (!isDue || cancellationToken.IsCancellationRequested)
                break;
            await WriteAsync(format.Heartbeat, cancellationToken);
            await FlushAsync(cancellationToken);
        }

        return await next;
    }

    /// <summary>Ends with a problem: the last frame of a stream that has begun, the whole answer of one that has not.</summary>
    public async Task FailAsync(Problem problem, CancellationToken cancellationToken)
    {
        if (!context.Response.HasStarted)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        await WriteAsync(format.Error(problem.Traced(context).ToJson()), cancellationToken);
        await FlushAsync(cancellationToken);
    }
}
