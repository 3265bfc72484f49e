using System.IO.Pipelines;
using System.Net.Sockets;

namespace Pipelines.Sockets.Unofficial;

/// <summary>Pipes over a socket.</summary>
public sealed class SocketConnection : IMeasuredDuplexPipe, IDisposable
{
    private readonly SocketWire _wire;
    private readonly DuplexPump _pump;

    private SocketConnection(Socket socket, PipeOptions? sendOptions, PipeOptions? receiveOptions, string? name)
    {
        Socket = socket;
        _wire = new SocketWire(socket);
        _pump = new DuplexPump(_wire, sendOptions, receiveOptions, name);
    }

    public Socket Socket { get; }

    public PipeReader Input => _pump.Input;

    public PipeWriter Output => _pump.Output;

    public long BytesRead => _pump.TotalBytesReceived;

    public long BytesSent => _pump.TotalBytesSent;

    /// <summary>The bytes of the last receive.</summary>
    public int LastReceived => _pump.LastReceived;

    /// <summary>What ended the connection first.</summary>
    public PipeShutdownKind ShutdownKind => _pump.ShutdownKind;

    /// <summary>The socket's error, when that is what ended the connection.</summary>
    public SocketError SocketError => _pump.SocketError;

    long IMeasuredDuplexPipe.TotalBytesSent => BytesSent;

    long IMeasuredDuplexPipe.TotalBytesReceived => BytesRead;

    /// <summary>Throws if something this assembly needs is missing; nothing can be.</summary>
    public static void AssertDependencies()
    {
    }

    public static SocketConnection Create(
        Socket socket,
        PipeOptions? sendPipeOptions,
        PipeOptions? receivePipeOptions,
        SocketConnectionOptions socketConnectionOptions = SocketConnectionOptions.None,
        string? name = null)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return new SocketConnection(socket, sendPipeOptions, receivePipeOptions, name);
    }

    public static void SetRecommendedClientOptions(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        // Commands are batched by the pipe; a delay by the kernel would only add to their latency.
        if (socket.ProtocolType is ProtocolType.Tcp)
            socket.NoDelay = true;
    }

    /// <summary>Notes that the protocol ended the connection; <see langword="false"/> if something else did before.</summary>
    public bool TrySetProtocolShutdown(PipeShutdownKind kind) =>
        kind is PipeShutdownKind.ProtocolExitClient or PipeShutdownKind.ProtocolExitServer
        && _pump.TrySetShutdown(kind);

    public Counters GetCounters() => new(_wire);

    public void Dispose() => _pump.Dispose();

    /// <summary>Bytes at rest along the way; -1 where it is not known. Diagnostics only.</summary>
    public readonly struct Counters
    {
        internal Counters(SocketWire wire)
        {
            try
            {
                BytesAvailableOnSocket = wire.Available;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                BytesAvailableOnSocket = -1;
            }
        }

        public long BytesAvailableOnSocket { get; }

        public long BytesWaitingToBeSent => -1;

        public long BytesWaitingToBeRead => -1;
    }
}
