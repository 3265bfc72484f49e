using Grpc.Core;
using Pylon.Access;
using Pylon.Gateway.V1;
using Pylon.Rpc;

namespace Pylon.Gateway.Broadcast;

/// <summary>The gRPC API of the broadcast.</summary>
internal sealed class BroadcastGrpcService(Broadcaster broadcaster) : BroadcastService.BroadcastServiceBase
{
    /// <summary>Response header of Subscribe: the position where the stream begins, to resume from before the first event.</summary>
    public const string PositionHeader = "pylon-position";

    [SendsOwnHeaders]
    public override async Task Subscribe(SubscribeRequest request, IServerStreamWriter<SubscribeResponse> responseStream, ServerCallContext context)
    {
        var writer = new GrpcFrameWriter(responseStream);
        using var reader = broadcaster.Open(request, context.Caller(), writer);
        await reader.StartAsync(context.CancellationToken);
        await context.WriteResponseHeadersAsync(new Metadata { { PositionHeader, reader.Position.ToString() } });
        try
        {
            await foreach (var page in reader.ReplayAsync(context.CancellationToken))
            {
                foreach (var frame in page)
                    writer.Write(frame);
                await writer.FlushAsync();
            }

            await reader.LiveAsync(context.CancellationToken);
            // The caller has gone, or the instance stops, which is said to it.
            context.CancellationToken.ThrowIfCancellationRequested();
        }
        catch (SlowReaderException)
        {
            throw Refusal.ResourceExhausted("SLOW_READER", "The subscriber reads too slowly and was dropped; subscribe again after the last position.").AsException();
        }
    }

    public override Task<PollResponse> Poll(PollRequest request, ServerCallContext context) =>
        broadcaster.PollAsync(request, context.Caller(), context.CancellationToken);
}
