namespace Pylon.Conductor.Batches;

/// <summary>
/// Whose a batch is: of the operator that named it first. One that was begun without an operator is the built-in operator's.
/// </summary>
internal interface IBatchOwners
{
    /// <summary>The operator of a batch; null for one that nobody has begun.</summary>
    Task<Guid?> FindAsync(string batchId, CancellationToken cancellationToken);

    /// <summary>Gives a batch that nobody has begun to an operator; the operator whose it is.</summary>
    Task<Guid> ClaimAsync(string batchId, Guid operatorId, CancellationToken cancellationToken);
}
