using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Gateway.V1;
using Pylon.Rpc;

namespace Pylon.Gateway.Broadcast;

/// <summary>The gRPC face of the broadcast.</summary>
internal sealed class BroadcastGrpcService(Broadcaster broadcaster, IOptions<BroadcastOptions> settings) : BroadcastService.BroadcastServiceBase
{
    /// <summary>Response header of Subscribe: where the stream begins, to resume from before the first event came.</summary>
    public const string PositionHeader = "pylon-position";

    public override async Task Subscribe(SubscribeRequest request, IServerStreamWriter<SubscribeResponse> responseStream, ServerCallContext context)
    {
        using var reader = await broadcaster.Open(request, context.CancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        using var end = reader.EndWritesWith(stop, settings.Value.DropGrace);
        await context.WriteResponseHeadersAsync(new Metadata { { PositionHeader, reader.Start.ToString() } });
        try
        {
            await foreach (var frame in reader.Frames(stop.Token))
                await responseStream.WriteAsync(frame.Message, stop.Token);
        }
        catch (SlowReaderException)
        {
            throw Refusal.ResourceExhausted("SLOW_READER", "The stream was read too slowly; subscribe again after the last position.").AsException();
        }
    }

    public override Task<PollResponse> Poll(PollRequest request, ServerCallContext context) =>
        broadcaster.Poll(request, context.CancellationToken);
}
