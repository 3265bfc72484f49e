using System.Net.Sockets;
using Pylon.Rpc;
using StackExchange.Redis;

namespace Pylon.Gateway.Broadcast;

/// <summary>What a reader is told while Redis is away.</summary>
internal static class EventsUnavailable
{
    public static Refusal Refusal { get; } =
        Refusal.Unavailable("EVENTS_UNAVAILABLE", "The event stream cannot be read now.", TimeSpan.FromSeconds(1));

    public static bool Is(Exception exception) => exception is RedisException or TimeoutException or SocketException or IOException or ObjectDisposedException;
}
