using Pylon.Events.V1;

namespace Pylon.Messaging;

/// <summary>
/// The events of all services, by topic, those of one subject in order, kept for a while: broadcast and replay log in one.
/// Positions are opaque to everybody but the stream. Every call is bounded; one that fails may be repeated.
/// </summary>
public interface IEventStream
{
    /// <summary>The position before everything.</summary>
    string Start { get; }

    /// <summary>
    /// Appends in the order given, all or none of a small batch. An event whose id was published lately is not
    /// published again, so a caller that does not know the outcome repeats.
    /// </summary>
    Task PublishAsync(string topic, IReadOnlyList<Event> events, CancellationToken cancellationToken);

    /// <summary>The same for events in the JSON of another system, on a topic of that system.</summary>
    Task PublishEnvelopesAsync(string topic, IReadOnlyList<Envelope> envelopes, CancellationToken cancellationToken);

    /// <summary>Appends what cannot be published to the topic's dead letters; see <see cref="Topic.DeadLetters"/>.</summary>
    Task PublishDeadLettersAsync(string topic, IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken);

    /// <summary>What is there after the positions, without waiting; the topics in no particular order.</summary>
    Task<IReadOnlyList<StreamedEvent>> ReadAsync(
        IReadOnlyDictionary<string, string> positions, int maxPerTopic, CancellationToken cancellationToken);

    /// <summary>
    /// Everything after the positions and then the new events as they come. Outlives outages of the stream without
    /// losing its place; what was lost meanwhile is said by <see cref="StreamedEvent.IsGap"/>. Ends only with the token, by
    /// <see cref="OperationCanceledException"/>.
    /// </summary>
    IAsyncEnumerable<StreamedEvent> FollowAsync(
        IReadOnlyDictionary<string, string> from, CancellationToken cancellationToken);

    /// <summary>The position of the last event of each topic; reading on from it gives only new ones.</summary>
    Task<IReadOnlyDictionary<string, string>> TailAsync(
        IReadOnlyCollection<string> topics, CancellationToken cancellationToken);

    /// <summary>
    /// The topics in which events after the position are no longer kept, and from where a reader can go on. A position
    /// other than the start that the stream does not know belongs to events that were trimmed, or to a stream that was
    /// lost and began anew.
    /// </summary>
    /// <param name="positions">How far the reader has read.</param>
    /// <param name="read">What it has read since, before this call: a page that begins before the oldest event kept is whole.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyDictionary<string, string>> GapsAsync(
        IReadOnlyDictionary<string, string> positions, IReadOnlyCollection<StreamedEvent> read, CancellationToken cancellationToken);

    /// <summary>True for a text that can be a position of a topic.</summary>
    bool IsPosition(string text);

    /// <summary>True when a reader at <paramref name="position"/> has read everything up to <paramref name="at"/>, the position of an event or of another reader.</summary>
    bool HasRead(string position, string at);

    /// <summary>Where a reader at <paramref name="position"/> is when it has read the event at <paramref name="at"/>, the next one that it gets.</summary>
    string After(string position, string at);

    /// <summary>Where a reader is that has read what both have.</summary>
    string Furthest(string one, string other);

    /// <summary>True when an event is to be shown before one of another topic.</summary>
    bool IsEarlier(StreamedEvent one, StreamedEvent other);
}
