using Pylon.Messaging;

namespace Pylon.Gateway.Broadcast;

internal static class EventStreamExtensions
{
    /// <summary>Whether one place in a topic comes after another; both are the stream's own.</summary>
    public static bool IsAfter(this IEventStream stream, string at, string other) =>
        stream.TryCompare(at, other, out var order) ? order > 0 : throw new FormatException($"{at} or {other} is not a position of the event stream.");
}
