using Google.Protobuf;
using Grpc.Core;
using Pylon.Transcoding.Json;
using Pylon.Transcoding.Problems;
using Pylon.Transcoding.Requests;
using Pylon.Transcoding.Routing;

namespace Pylon.Transcoding.Calls;

/// <summary>
/// Writes the messages of a call one by one, each flushed. The status line waits for the first message, so that a call
/// that fails at once is answered with its own status. A call that stays silent is answered with 200 after
/// <see cref="TranscodingOptions.StreamStart"/>.
/// </summary>
internal sealed class StreamAnswer(HttpContext context, Binding binding, MessageJson json, TranscodingOptions options, TimeProvider time)
{
    private readonly StreamResponse _response = new(context, StreamFormat.For(context.Request, StreamFormat.Ndjson), options.Heartbeat, time);

    /// <summary>
    /// Returns the code that the call ended with. <paramref name="refusal"/> is asked when the call fails: a problem says
    /// that the request was refused, and so the call was ended by this side.
    /// </summary>
    public async Task<StatusCode> CopyAsync(IAsyncStreamReader<IMessage> messages, Func<Problem?>? refusal = null)
    {
        var aborted = context.RequestAborted;
        var next = messages.MoveNext(aborted);
        try
        {
            await Task.WhenAny(next, Task.Delay(options.StreamStart, time, aborted));
            if (next.IsCompleted)
                await next;
            await _response.BeginAsync(default, aborted);
            while (await _response.NextOrHeartbeatAsync(next, aborted))
            {
                await _response.WriteAsync(_response.Format.Message(json.ToUtf8(messages.Current, binding.ResponseField)), aborted);
                await _response.FlushAsync(aborted);
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
            var refused = refusal?.Invoke();
            await _response.FailAsync(refused ?? RpcProblem.Of(e), aborted);
            return refused is null ? e.StatusCode : StatusCode.InvalidArgument;
        }
    }
}
