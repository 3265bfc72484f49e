namespace Pylon.Conductor.Batches;

/// <summary>An entity of a batch, or the batch as a whole, has completed or failed a phase.</summary>
/// <param name="EventId">The same report has the same id, however often it comes.</param>
/// <param name="EntityId">Empty for the batch as a whole.</param>
internal sealed record PhaseReport(
    Guid EventId,
    string BatchId,
    string Phase,
    string EntityId,
    bool Succeeded,
    string ErrorCode,
    string CorrelationId,
    DateTimeOffset OccurredAt);

/// <summary>What a report came to.</summary>
/// <param name="Changed">False when it told nothing new.</param>
/// <param name="Progress">Of the phase, after it.</param>
internal sealed record ReportOutcome(bool Changed, Progress Progress);
