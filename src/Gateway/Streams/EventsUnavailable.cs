using System.Net.Sockets;
using Pylon.Rpc;
using StackExchange.Redis;

namespace Pylon.Gateway.Streams;

/// <summary>The refusal of a reader while Redis is unreachable.</summary>
internal static class EventsUnavailable
{
    public static Refusal Refusal { get; } =
        Refusal.Unavailable("EVENTS_UNAVAILABLE", "The event stream is unreachable; connect again later.", TimeSpan.FromSeconds(1));

    public static bool Is(Exception exception) => exception is RedisException or TimeoutException or SocketException or IOException or ObjectDisposedException;
}
