using Pylon.Rpc;

namespace Pylon.Gateway.Streams;

internal static class EventsUnavailable
{
    /// <summary>The refusal of a reader while the event stream is unreachable.</summary>
    public static Refusal Refusal { get; } =
        Refusal.Unavailable("EVENTS_UNAVAILABLE", "The event stream is unreachable; connect again later.", TimeSpan.FromSeconds(1));
}
