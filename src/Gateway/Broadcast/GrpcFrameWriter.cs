using Grpc.Core;
using Pylon.Gateway.Streams;
using Pylon.Gateway.V1;

namespace Pylon.Gateway.Broadcast;

/// <summary>Sends the frames of a subscriber as messages of its call.</summary>
internal sealed class GrpcFrameWriter(IServerStreamWriter<SubscribeResponse> stream, ServerCallContext context) : IFrameWriter
{
    private readonly List<SubscribeResponse> _unsent = [];

    public void Write(BroadcastFrame frame) => _unsent.Add(frame.Message);

    // HTTP/2 has its own.
    public void WriteHeartbeat()
    {
    }

    public async ValueTask FlushAsync()
    {
        foreach (var message in _unsent)
            await stream.WriteAsync(message, context.CancellationToken);
        _unsent.Clear();
    }

    public void Abort() => context.GetHttpContext().Abort();
}
