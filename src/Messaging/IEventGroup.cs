namespace Pylon.Messaging;

/// <summary>
/// Topics read by a group of consumers: each entry goes to one of them, and to another when that one does not acknowledge
/// it. Entries are returned as written, by any writer. Every call is bounded and may be repeated.
/// </summary>
public interface IEventGroup
{
    /// <summary>
    /// New entries, which are the consumer's from now on until it acknowledges them. A group that is not there, or no
    /// longer since Redis lost it, begins with the oldest entry kept: a consumer must recognise what it has processed.
    /// </summary>
    Task<IReadOnlyList<GroupEntry>> ReadAsync(string topic, string group, string consumer, int max, CancellationToken cancellationToken);

    /// <summary>
    /// Completes at the next publish on the topic. Take it before reading, so that no publish is missed in between. Only a hint: it
    /// may be lost, and another program may append entries without one; see <see cref="Watch"/>.
    /// </summary>
    Task PublishedAsync(string topic);

    /// <summary>
    /// Until it is disposed, <see cref="PublishedAsync"/> also completes within about a second of what another program appends to
    /// the topic without a publish.
    /// </summary>
    IDisposable Watch(string topic);

    /// <summary>Takes over entries that some consumer, this one included, has held unacknowledged for so long.</summary>
    /// <param name="from">Where the call before this one ended; null begins with the oldest.</param>
    Task<ClaimedEntries> ClaimAsync(
        string topic, string group, string consumer, TimeSpan heldFor, string? from, int max, CancellationToken cancellationToken);

    /// <summary>Says that the entries need not be given to anybody again.</summary>
    Task AcknowledgeAsync(string topic, string group, IReadOnlyCollection<string> positions, CancellationToken cancellationToken);

    /// <summary>
    /// Removes consumers that are gone and hold nothing (<see cref="EventStreamOptions.ForgetConsumersAfter"/>), and
    /// measures how far the group is behind.
    /// </summary>
    Task TidyAsync(string topic, string group, CancellationToken cancellationToken);
}

/// <summary>Entries that are taken over.</summary>
/// <param name="Next">Where to go on; null after the last entry that anybody holds. There may be more although there are no entries.</param>
public sealed record ClaimedEntries(IReadOnlyList<GroupEntry> Entries, string? Next);
