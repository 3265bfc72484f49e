using System.Net.Sockets;
using StackExchange.Redis;

namespace Pylon.Messaging;

/// <summary>The shapes that an unreachable or restarting Redis takes.</summary>
public static class RedisFailure
{
    // A bare socket error gets through the library now and then.
    /// <summary>True for an exception that says that Redis cannot be had now, or did not answer in time.</summary>
    public static bool Is(Exception e) =>
        e is RedisException or TimeoutException or IOException or SocketException or ObjectDisposedException;
}
