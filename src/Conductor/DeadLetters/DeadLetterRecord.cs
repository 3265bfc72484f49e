using Pylon.Messaging;

namespace Pylon.Conductor.DeadLetters;

/// <summary>An event that could not be processed, as it is kept.</summary>
internal sealed record DeadLetterRecord(
    Guid Id,
    string Topic,
    string Position,
    EntryFormat Format,
    string EventId,
    string BatchId,
    string Reason,
    int Attempts,
    byte[] Original,
    string State,
    DateTimeOffset FirstFailedAt,
    DateTimeOffset LastFailedAt,
    DateTimeOffset? SettledAt)
{
    public const string Open = "open";
    public const string Replayed = "replayed";
    public const string Discarded = "discarded";
}
