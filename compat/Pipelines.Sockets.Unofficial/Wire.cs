namespace Pipelines.Sockets.Unofficial;

/// <summary>The blocking side of a <see cref="DuplexPump"/>. One thread receives, another sends, any may close.</summary>
internal abstract class Wire
{
    /// <summary>Blocks until there is something; 0 at the end of the stream.</summary>
    internal abstract int Receive(Span<byte> buffer);

    /// <summary>Blocks until everything is handed over.</summary>
    internal abstract void Send(ReadOnlySpan<byte> buffer);

    /// <summary>Ends the sending half after everything was sent.</summary>
    internal abstract void EndSend();

    /// <summary>Closes the wire and so wakes both threads; may be called more than once.</summary>
    internal abstract void Close();
}
