using Pylon.Events.V1;

namespace Pylon.Messaging;

/// <summary>An event as it is read from the stream.</summary>
/// <param name="Topic">The topic that it was read from.</param>
/// <param name="Position">Of the event; a reader is at <see cref="IEventStream.After"/> when it has read it.</param>
/// <param name="Event">Without a payload in a dead letter.</param>
/// <param name="DeadLetter">Why there is no payload, and the original bytes; null for an ordinary event.</param>
/// <param name="IsGap">No event: those before <paramref name="Position"/> that the follower had not read are no longer kept. The follower is at this position, whatever it had read.</param>
public sealed record StreamedEvent(string Topic, string Position, Event Event, DeadLetter? DeadLetter = null, bool IsGap = false);
