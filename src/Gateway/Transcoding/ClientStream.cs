using Google.Protobuf;
using Grpc.Core;
using Pylon.Gateway.Problems;

namespace Pylon.Gateway.Transcoding;

/// <summary>A call whose requests come as one JSON object a line; the answer is one message or a stream of them.</summary>
internal sealed class ClientStream(HttpContext context, RouteMatch match, TranscodingOptions options, TimeProvider time)
{
    private readonly RequestLines _lines = new(context, match.Binding!, options);

    /// <summary>Returns the code that the call ended with.</summary>
    public async Task<StatusCode> Serve(Call call)
    {
        // A line that cannot be read ends the call at the service too.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var callOptions = call.Options.WithCancellationToken(stop.Token);
        var method = DynamicMethod.Of(call.Binding.Rpc);
        try
        {
            if (call.Binding.Rpc.IsServerStreaming)
            {
                using var both = call.Invoker.AsyncDuplexStreamingCall(method, host: null, callOptions);
                var sending = Send(both.RequestStream, stop);
                var code = await new StreamAnswer(context, call.Binding, options, time).Copy(both.ResponseStream);
                await stop.CancelAsync();
                await sending;
                return code;
            }

            using var one = call.Invoker.AsyncClientStreamingCall(method, host: null, callOptions);
            await Send(one.RequestStream, stop);
            await Transcoder.WriteMessage(context, call.Binding, await one.ResponseAsync);
            return StatusCode.OK;
        }
        catch (RpcException) when (_lines.Problem is not null)
        {
            await context.WriteProblem(_lines.Problem);
            return StatusCode.InvalidArgument;
        }
    }

    private async Task Send(IClientStreamWriter<IMessage> requests, CancellationTokenSource stop)
    {
        try
        {
            await foreach (var message in _lines.Read(stop.Token))
            {
                if (!await IsTaken(() => requests.WriteAsync(message, stop.Token)))
                    return;
            }

            if (_lines.Problem is not null)
                await stop.CancelAsync();
            else
                await IsTaken(requests.CompleteAsync);
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The call is over, whoever ended it: its status comes with the answer.
        }
    }

    // False when the service has ended the call, or its process has: the status comes with the answer.
    private static async Task<bool> IsTaken(Func<Task> send)
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
