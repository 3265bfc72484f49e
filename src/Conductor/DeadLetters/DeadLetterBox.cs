using System.Text;
using Google.Protobuf.WellKnownTypes;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Completions;
using Pylon.Conductor.Pipelines;
using Pylon.Conductor.Shared;
using Pylon.Events.V1;
using Pylon.Messaging;

namespace Pylon.Conductor.DeadLetters;

/// <summary>Stores what cannot be processed in the table, where it can be replayed, and publishes it on the topic's dead-letter stream.</summary>
internal sealed class DeadLetterBox(DeadLetterStore store, IEventStream stream, ConductorMetrics metrics, TimeProvider time, ILogger<DeadLetterBox> logger)
    : IFailedResolutions
{
    private const int MaxReason = 2000;
    private const int MaxId = 200;

    /// <summary>May be repeated for the same entry.</summary>
    public async Task AddAsync(GroupEntry entry, string reason, CancellationToken cancellationToken)
    {
        var (eventId, batchId) = Completion.Ids(entry.Format, entry.Body);
        var letter = Letter(entry.Topic, entry.Position, entry.Format, Clean(eventId), Clean(batchId), reason, entry.Deliveries, entry.Body.ToArray());
        await AddAsync(letter, cancellationToken);
        await PublishAsync(letter, cancellationToken);
    }

    /// <summary>The same request that fails again is another attempt of the same dead letter.</summary>
    public async Task KeepAsync(ResolutionRequest request, string reason, CancellationToken cancellationToken)
    {
        var id = request.Id.ToString();
        var letter = Letter(ResolutionRequest.Topic, id, EntryFormat.Envelope, id, request.BatchId, reason, 1, request.ToEnvelope(time.GetUtcNow()));
        try
        {
            if (!await AddAsync(letter, cancellationToken))
                await store.FailAgainAsync(letter.Id, letter.Reason, letter.LastFailedAt, cancellationToken);
            await PublishAsync(letter, cancellationToken);
        }
        catch (Exception e)
        {
            logger.ResolutionNotKept(e, request.BatchId, request.Pipeline);
        }
    }

    private DeadLetterRecord Letter(
        string topic, string position, EntryFormat format, string eventId, string batchId, string reason, int attempts, byte[] original)
    {
        var now = time.GetUtcNow();
        // PostgreSQL and XML readers refuse these characters.
        var text = new string([.. reason.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c).Take(MaxReason)]);
        return new DeadLetterRecord(
            StableId.Of("dead_letter", topic, position), topic, position, format, eventId, batchId, text, attempts, original, DeadLetterRecord.Open, now, now, null);
    }

    private async Task PublishAsync(DeadLetterRecord letter, CancellationToken cancellationToken)
    {
        var published = BatchEvents.Event(letter.Id, letter.BatchId, letter.FirstFailedAt, new BatchDeadLettered
        {
            Topic = letter.Topic,
            Position = letter.Position,
            BatchId = letter.BatchId,
            Reason = letter.Reason,
            Attempts = letter.Attempts,
            Service = BatchEvents.Source,
            FirstFailedAt = Timestamp.FromDateTimeOffset(letter.FirstFailedAt),
        });
        var envelope = letter.Format == EntryFormat.Event ? [] : DeadLetterEnvelope.Of(letter);
        await stream.PublishDeadLettersAsync(letter.Topic, [new DeadLetter(published, letter.Reason, letter.Original, envelope)], cancellationToken);
    }

    /// <summary>False when it is stored already; then it is neither counted nor logged again.</summary>
    private async Task<bool> AddAsync(DeadLetterRecord letter, CancellationToken cancellationToken)
    {
        if (!await store.AddAsync(letter, cancellationToken))
            return false;
        metrics.DeadLettered(letter.Topic);
        logger.DeadLettered(letter.Topic, letter.Position, letter.EventId, letter.Reason);
        return true;
    }

    // A half of a surrogate pair is refused by PostgreSQL.
    private static string Clean(string id) => string.Concat(id.EnumerateRunes().Where(rune => !Rune.IsControl(rune)).Take(MaxId));
}
