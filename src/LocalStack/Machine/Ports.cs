using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Pylon.LocalStack.Machine;

/// <summary>
/// Finds free loopback ports, and on Linux claims them until it is disposed: nobody listens yet on a port that was just
/// chosen, and another stack that starts at the same moment must not choose it too.
/// </summary>
/// <remarks>
/// A claim is a bound abstract socket: it belongs to the network namespace, as ports do, needs no file and ends with the
/// process. Without claims the stack that comes second to a port starts again on others.
/// </remarks>
public sealed class Ports : IDisposable
{
    private const int Step = 10;
    private readonly HashSet<int> _given = [];
    private readonly List<Socket> _claims = [];

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
    /// room for other checkouts. Never returns a port twice, nor one that another stack has claimed.
    /// </summary>
    public int Choose(int preferred, int? before = null)
    {
        var candidates = Enumerable.Range(0, 500).Select(n => preferred + n * Step).Prepend(before ?? preferred);
        foreach (var port in candidates.Where(port => port is > 0 and < 65536))
        {
            if (!_given.Contains(port) && TryClaim(port) && _given.Add(port))
                return port;
        }

        throw new StackException($"No free port found from {preferred} upwards.");
    }

    /// <summary>Ends the claims.</summary>
    public void Dispose()
    {
        foreach (var claim in _claims)
            claim.Dispose();
        _claims.Clear();
    }

    private bool TryClaim(int port)
    {
        if (!OperatingSystem.IsLinux())
            return IsFree(port);
        var claim = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            claim.Bind(new UnixDomainSocketEndPoint($"\0pylon-port-{port}"));
        }
        catch (SocketException)
        {
            claim.Dispose();
            return false;
        }

        // Looked at after the claim: a stack that has ended its claim may have left a process on the port.
        if (IsFree(port))
        {
            _claims.Add(claim);
            return true;
        }

        claim.Dispose();
        return false;
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
