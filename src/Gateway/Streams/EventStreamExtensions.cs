using Pylon.Messaging;

namespace Pylon.Gateway.Streams;

internal static class EventStreamExtensions
{
    /// <summary>True when one position of a topic is after another.</summary>
    public static bool IsAfter(this IEventStream stream, string at, string other) =>
        stream.TryCompare(at, other, out var order) ? order > 0 : throw new FormatException($"{at} or {other} is not a position of the event stream.");
}
