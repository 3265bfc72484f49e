namespace Pylon.Conductor.Batches;

/// <summary>An entity of a batch, or the batch as a whole, has completed or failed a phase.</summary>
/// <param name="EventId">The same report has the same id, however often it is sent.</param>
/// <param name="EntityId">Empty for the batch as a whole.</param>
internal sealed record PhaseReport(
    Guid EventId,
    string BatchId,
    string Phase,
    string EntityId,
    bool Succeeded,
    string ErrorCode,
    string CorrelationId,
    DateTimeOffset OccurredAt)
{
    public PhaseWork Work { get; init; } = PhaseWork.None;

    /// <summary>Of the order under which the phase failed as a whole; null is the one that there is when the report is kept.</summary>
    public long? Revision { get; init; }

    /// <summary>The batch as a whole has failed the phase.</summary>
    public bool FailsPhase => !Succeeded && EntityId.Length == 0;

    /// <summary>Null when it comes from nobody who holds the part.</summary>
    public HeldPart? Held { get; init; }
}

/// <summary>What a report did.</summary>
/// <param name="Changed">False when the state was at least as far already.</param>
/// <param name="Progress">Of the phase, after it.</param>
internal sealed record ReportOutcome(bool Changed, Progress Progress);
