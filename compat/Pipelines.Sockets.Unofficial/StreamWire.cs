namespace Pipelines.Sockets.Unofficial;

/// <summary>A stream that carries both directions, such as a TLS stream.</summary>
internal sealed class StreamWire(Stream stream) : Wire
{
    internal override int Receive(Span<byte> buffer) => stream.Read(buffer);

    internal override void Send(ReadOnlySpan<byte> buffer)
    {
        stream.Write(buffer);
        stream.Flush();
    }

    internal override void EndSend() => stream.Flush();

    internal override void Close() => stream.Dispose();
}
