using Google.Protobuf;
using Grpc.Core;
using Pylon.Transcoding.Json;
using Pylon.Transcoding.Problems;
using Pylon.Transcoding.Requests;

namespace Pylon.Transcoding.Calls;

/// <summary>Makes a call whose requests are one JSON object a line; the answer is one message or a stream of them.</summary>
internal sealed class ClientStream(HttpContext context, RequestBinder binder, MessageJson json, TranscodingOptions options, TimeProvider time)
{
    /// <summary>Returns the code that the call ended with.</summary>
    public async Task<StatusCode> ServeAsync(Call call)
    {
        // A line that cannot be read ends the call at the service too.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var lines = new RequestLines(context, call.Binding, binder, options.MaxBodyBytes);
        var callOptions = call.Options.WithCancellationToken(stop.Token);
        var method = DynamicMethod.Of(call.Binding.Rpc);
        try
        {
            if (call.Binding.Rpc.IsServerStreaming)
            {
                using var both = call.Invoker.AsyncDuplexStreamingCall(method, host: null, callOptions);
                var sending = SendAsync(lines, both.RequestStream, stop);
                var code = await new StreamAnswer(context, call.Binding, json, options, time).CopyAsync(both.ResponseStream, () => lines.Problem);
                await stop.CancelAsync();
                await sending;
                return code;
            }

            using var one = call.Invoker.AsyncClientStreamingCall(method, host: null, callOptions);
            await SendAsync(lines, one.RequestStream, stop);
            await UnaryAnswer.WriteAsync(context, call.Binding, json, await one.ResponseAsync);
            return StatusCode.OK;
        }
        catch (RpcException) when (lines.Problem is not null)
        {
            await context.WriteProblemAsync(lines.Problem);
            return StatusCode.InvalidArgument;
        }
    }

    private static async Task SendAsync(RequestLines lines, IClientStreamWriter<IMessage> requests, CancellationTokenSource stop)
    {
        try
        {
            await foreach (var message in lines.ReadAsync(stop.Token))
            {
                if (!await IsSentAsync(() => requests.WriteAsync(message, stop.Token)))
                    return;
            }

            if (lines.Problem is not null)
                await stop.CancelAsync();
            else
                await IsSentAsync(requests.CompleteAsync);
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The call has ended: its status comes with the answer.
        }
    }

    // False when the service, or its process, has ended the call: the status comes with the answer.
    private static async Task<bool> IsSentAsync(Func<Task> send)
    {
        try
        {
            await send();
            return true;
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or IOException)
        {
            return false;
        }
    }
}
