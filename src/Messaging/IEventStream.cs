using Pylon.Events.V1;

namespace Pylon.Messaging;

/// <summary>
/// The events of all services, by topic, in order, kept for a while: broadcast and replay log in one. Positions are
/// opaque to everybody but the stream. Every call is bounded; one that fails may be repeated.
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
    /// The least position of each topic from which reading on misses nothing. A reader that asks for less has a gap:
    /// what it asks for is no longer kept.
    /// </summary>
    Task<IReadOnlyDictionary<string, string>> OldestAsync(
        IReadOnlyCollection<string> topics, CancellationToken cancellationToken);

    /// <summary>The topics that do not keep the entry at the position: it was trimmed, or lost with the stream.</summary>
    Task<IReadOnlySet<string>> MissingAsync(IReadOnlyDictionary<string, string> positions, CancellationToken cancellationToken);

    /// <summary>Which of two positions of a topic is earlier; false when one of them is not a position.</summary>
    bool TryCompare(string left, string right, out int order);
}
