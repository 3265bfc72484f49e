using Google.Protobuf;
using Grpc.Core;
using Pylon.Gateway.Problems;

namespace Pylon.Gateway.Transcoding;

/// <summary>
/// Writes the messages of a call as they come, each flushed. The status line waits for the first message, so that a
/// call that fails at once is answered with its own status; a call that stays silent is answered without one.
/// </summary>
internal sealed class StreamAnswer(HttpContext context, Binding binding, TranscodingOptions options, TimeProvider time)
{
    private readonly StreamFormat _format = StreamFormat.For(context.Request, StreamFormat.Ndjson);

    /// <summary>Returns the code that the call ended with.</summary>
    public async Task<StatusCode> Copy(IAsyncStreamReader<IMessage> messages)
    {
        var aborted = context.RequestAborted;
        var next = messages.MoveNext(aborted);
        try
        {
            await Task.WhenAny(next, Task.Delay(options.StreamStart, time, aborted));
            if (next.IsCompleted)
                await next;
            await Begin(aborted);
            while (await NextOrHeartbeat(next, aborted))
            {
                await Write(_format.Message(MessageJson.ToUtf8(messages.Current, binding.ResponseField)), aborted);
                next = messages.MoveNext(aborted);
            }

            return StatusCode.OK;
        }
        catch (RpcException) when (aborted.IsCancellationRequested)
        {
            return StatusCode.Cancelled;
        }
        catch (RpcException e)
        {
            await Fail(RpcProblem.Of(e), aborted);
            return e.StatusCode;
        }
    }

    private async Task Begin(CancellationToken aborted)
    {
        context.Response.ContentType = _format.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        // nginx and its like would otherwise hold messages back.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        await context.Response.StartAsync(aborted);
        await context.Response.Body.FlushAsync(aborted);
    }

    private async Task<bool> NextOrHeartbeat(Task<bool> next, CancellationToken aborted)
    {
        while (!next.IsCompleted && !_format.Heartbeat.IsEmpty)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted);
            if (await Task.WhenAny(next, Task.Delay(options.Heartbeat, time, stop.Token)) != next && !aborted.IsCancellationRequested)
                await Write(_format.Heartbeat, aborted);
            await stop.CancelAsync();
            if (aborted.IsCancellationRequested)
                break;
        }

        return await next;
    }

    private async Task Fail(Problem problem, CancellationToken aborted)
    {
        if (context.Response.HasStarted)
            await Write(_format.Error(problem.Traced(context).ToJson()), aborted);
        else
            await context.WriteProblem(problem);
    }

    private async Task Write(ReadOnlyMemory<byte> bytes, CancellationToken aborted)
    {
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        await context.Response.Body.WriteAsync(bytes, aborted);
        await context.Response.Body.FlushAsync(aborted);
    }
}
