using Google.Protobuf.WellKnownTypes;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Intake;
using Pylon.Events.V1;
using Pylon.Messaging;

namespace Pylon.Conductor.DeadLetters;

/// <summary>Takes what cannot be processed: into the table, where it can be replayed, and onto the topic's dead-letter stream.</summary>
internal sealed class DeadLetterBox(DeadLetterStore store, IEventStream stream, ConductorMetrics metrics, TimeProvider time, ILogger<DeadLetterBox> logger)
{
    private const int MaxReason = 2000;

    /// <summary>May be repeated for the same entry.</summary>
    public async Task AddAsync(GroupEntry entry, string reason, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // What PostgreSQL and XML readers choke on has no place in a sentence.
        var said = new string([.. reason.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c).Take(MaxReason)]);
        var (eventId, batchId) = Completion.Ids(entry.Format, entry.Body);
        var letter = new DeadLetterRecord(
            StableId.Of("dead_letter", entry.Topic, entry.Position),
            entry.Topic,
            entry.Position,
            entry.Format,
            Clean(eventId),
            Clean(batchId),
            said,
            entry.Deliveries,
            entry.Body.ToArray(),
            DeadLetterRecord.Open,
            now,
            now,
            null);
        await store.AddAsync(letter, cancellationToken);
        var told = BatchEvents.Event(letter.Id, letter.BatchId, now, new BatchDeadLettered
        {
            Topic = letter.Topic,
            Position = letter.Position,
            BatchId = letter.BatchId,
            Reason = said,
            Attempts = letter.Attempts,
            Service = BatchEvents.Source,
            FirstFailedAt = Timestamp.FromDateTimeOffset(now),
        });
        await stream.PublishDeadLettersAsync(entry.Topic, [new DeadLetter(told, said, entry.Body)], cancellationToken);
        metrics.DeadLettered(entry.Topic);
        logger.DeadLettered(entry.Topic, entry.Position, letter.EventId, said);
    }

    private static string Clean(string id) => new([.. id.Where(c => !char.IsControl(c)).Take(200)]);
}
