using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Gateway.V1;
using Pylon.Rpc;

namespace Pylon.Gateway.Broadcast;

/// <summary>The gRPC API of the broadcast.</summary>
internal sealed class BroadcastGrpcService(Broadcaster broadcaster, IOptions<BroadcastOptions> settings) : BroadcastService.BroadcastServiceBase
{
    /// <summary>Response header of Subscribe: the position where the stream begins, to resume from before the first event.</summary>
    public const string PositionHeader = "pylon-position";

    [SendsOwnHeaders]
    public override async Task Subscribe(SubscribeRequest request, IServerStreamWriter<SubscribeResponse> responseStream, ServerCallContext context)
    {
        using var reader = broadcaster.Open(request);
        await reader.StartAsync(context.CancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        using var end = reader.EndWritesWith(stop, settings.Value.DropGrace);
        await context.WriteResponseHeadersAsync(new Metadata { { PositionHeader, reader.Start.ToString() } });
        try
        {
            await foreach (var frame in reader.FramesAsync(stop.Token))
                await responseStream.WriteAsync(frame.Message, stop.Token);
        }
        catch (SlowReaderException)
        {
            throw Refusal.ResourceExhausted("SLOW_READER", "The subscriber reads too slowly and was dropped; subscribe again after the last position.").AsException();
        }
    }

    public override Task<PollResponse> Poll(PollRequest request, ServerCallContext context) =>
        broadcaster.PollAsync(request, context.CancellationToken);
}
