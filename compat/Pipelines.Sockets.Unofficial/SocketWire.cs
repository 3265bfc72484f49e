using System.Net.Sockets;

namespace Pipelines.Sockets.Unofficial;

/// <summary>A connected socket.</summary>
internal sealed class SocketWire(Socket socket) : Wire
{
    internal int Available => socket.Available;

    internal override int Receive(Span<byte> buffer) => socket.Receive(buffer);

    internal override void Send(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
            buffer = buffer[socket.Send(buffer)..];
    }

    internal override void EndSend() => socket.Shutdown(SocketShutdown.Send);

    internal override void Close()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer or the owner was faster.
        }

        socket.Dispose();
    }
}
