using Pylon.Postgres;

namespace Pylon.Conductor.Batches;

/// <summary>
/// The state of batches. Reports may come in any order and any number of times: they lead to the same state, because a
/// phase of an entity only ever goes from nothing to failed to completed. Every change publishes its event once. In
/// Redis or in memory (<see cref="MemoryBatches"/>), with the same answers.
/// </summary>
internal interface IBatches
{
    /// <summary>Null for a batch that is not known, or has expired.</summary>
    Task<BatchSnapshot?> FindAsync(string batchId, CancellationToken cancellationToken);

    /// <summary>Whether there is such a batch; one read of one store.</summary>
    Task<bool> IsKnownAsync(string batchId, CancellationToken cancellationToken);

    /// <summary>Takes a report; it is durable when this returns. The first report of an event id counts.</summary>
    /// <exception cref="Rpc.RefusalException">The lease of its part is lost.</exception>
    Task<ReportOutcome> ReportAsync(PhaseReport report, CancellationToken cancellationToken);

    /// <summary>Keeps the definition and publishes its events. The first definition of an id counts; it is returned.</summary>
    Task<PipelineDefinition> DefineAsync(PipelineDefinition definition, CancellationToken cancellationToken);

    /// <summary>The newest first.</summary>
    Task<IReadOnlyList<PipelineDefinition>> DefinitionsAsync(string batchId, int max, CancellationToken cancellationToken);

    /// <summary>Ids of a tenant's batches in ordinal order, after the given one.</summary>
    Task<IReadOnlyList<string>> ListAsync(Tenant tenant, string? after, int max, CancellationToken cancellationToken);
}
