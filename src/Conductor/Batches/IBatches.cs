namespace Pylon.Conductor.Batches;

/// <summary>
/// What is known of batches. Reports may come in any order and any number of times: the state they lead to is the same,
/// because a phase of an entity only ever goes from nothing to failed to completed. Every change publishes its event
/// once. In Redis (<see cref="RedisBatches"/>) or in memory (<see cref="MemoryBatches"/>), with the same answers.
/// </summary>
internal interface IBatches
{
    /// <summary>Null when nothing is known, or not any more.</summary>
    Task<BatchSnapshot?> FindAsync(string batchId, CancellationToken cancellationToken);

    /// <summary>Takes a report; it is durable when this returns. The first report of an event id counts.</summary>
    Task<ReportOutcome> ReportAsync(PhaseReport report, CancellationToken cancellationToken);

    /// <summary>Keeps the answer and publishes its events; the first answer of an id is returned, whichever that is.</summary>
    Task<PipelineDefinition> DefineAsync(PipelineDefinition definition, CancellationToken cancellationToken);

    /// <summary>The newest first.</summary>
    Task<IReadOnlyList<PipelineDefinition>> DefinitionsAsync(string batchId, int max, CancellationToken cancellationToken);

    /// <summary>Ids in their order, after the given one.</summary>
    Task<IReadOnlyList<string>> ListAsync(string? after, int max, CancellationToken cancellationToken);
}
