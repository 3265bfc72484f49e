using Pylon.Events.V1;

namespace Pylon.Messaging;

/// <summary>What could not be published as an event.</summary>
/// <param name="Event">The attributes that are known, without a payload.</param>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="Original">The payload as it was found.</param>
/// <param name="Envelope">The same as JSON for readers of another system; empty when there are none.</param>
public sealed record DeadLetter(Event Event, string Reason, ReadOnlyMemory<byte> Original, ReadOnlyMemory<byte> Envelope = default);
