using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Pylon.LocalStack.Machine;

/// <summary>Finds free loopback ports.</summary>
public sealed class Ports
{
    private const int Step = 10;
    private readonly HashSet<int> _given = [];

    /// <summary>True when a server can listen on this port of the loopback address now.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            // .NET sets SO_REUSEADDR on Unix, as servers do: connections in TIME_WAIT do not make a port busy.
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>
    /// The first free port of: the one used before, the preferred one, and those above it in steps of ten, which leave
    /// room for other checkouts. Never returns a port twice.
    /// </summary>
    public int Choose(int preferred, int? before = null)
    {
        var candidates = Enumerable.Range(0, 500).Select(n => preferred + n * Step).Prepend(before ?? preferred);
        foreach (var port in candidates.Where(port => port is > 0 and < 65536))
        {
            if (!_given.Contains(port) && IsFree(port) && _given.Add(port))
                return port;
        }

        throw new StackException($"No free port found from {preferred} upwards.");
    }

    /// <summary>
    /// A free port for a throw-away server, below the range of outgoing connections: the port is still free when the
    /// server starts again.
    /// </summary>
    public static int Throwaway()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(20_000, 32_000);
            if (IsFree(port))
                return port;
        }
    }
}
