namespace Pylon.Messaging;

/// <summary>How the body of an entry is written.</summary>
public enum EntryFormat
{
    /// <summary>Neither field is there; the body is empty.</summary>
    Unknown,

    /// <summary>The field <c>event</c>: <see cref="Events.V1.Event"/> in binary.</summary>
    Event,

    /// <summary>The field <c>envelope</c>: the JSON of another system.</summary>
    Envelope,
}

/// <summary>An entry of a topic as it was written.</summary>
/// <param name="Deliveries">How often it was given to a consumer, this time included.</param>
public sealed record GroupEntry(string Topic, string Position, EntryFormat Format, ReadOnlyMemory<byte> Body, int Deliveries);
