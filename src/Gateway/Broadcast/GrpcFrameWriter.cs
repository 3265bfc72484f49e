using Grpc.Core;
using Pylon.Gateway.Streams;
using Pylon.Gateway.V1;

namespace Pylon.Gateway.Broadcast;

/// <summary>Sends the frames of a subscriber as messages of its call.</summary>
internal sealed class GrpcFrameWriter(IServerStreamWriter<SubscribeResponse> stream) : IFrameWriter
{
    private readonly List<SubscribeResponse> _unsent = [];
    private readonly CancellationTokenSource _end = new();

    public void Write(BroadcastFrame frame) => _unsent.Add(frame.Message);

    // HTTP/2 has its own.
    public void WriteHeartbeat()
    {
    }

    public async ValueTask FlushAsync()
    {
        foreach (var message in _unsent)
            await stream.WriteAsync(message, _end.Token);
        _unsent.Clear();
    }

    public void Abort() => _end.Cancel();
}
