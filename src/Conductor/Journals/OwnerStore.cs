using Pylon.Conductor.Batches;
using Pylon.Conductor.Circuits;

namespace Pylon.Conductor.Journals;

/// <summary>The table batch_owners.</summary>
internal sealed class OwnerStore(PostgresCalls postgres) : IBatchOwners
{
    // A batch without a row is the built-in operator's; so is a row of nobody.
    private const string Find =
        """
        SELECT coalesce(o.operator_id, '00000000-0000-0000-0000-000000000000')
        FROM (SELECT $1 AS batch_id) g LEFT JOIN batch_owners o USING (batch_id) LEFT JOIN batches b USING (batch_id)
        WHERE o.batch_id IS NOT NULL OR b.batch_id IS NOT NULL
        """;

    private const string Claim =
        """
        INSERT INTO batch_owners (batch_id, operator_id) SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM batches WHERE batch_id = $1)
        ON CONFLICT DO NOTHING
        """;

    private const string Others =
        """
        SELECT batch_id, operator_id FROM batch_owners
        WHERE batch_id = ANY ($1) AND operator_id <> '00000000-0000-0000-0000-000000000000'
        """;

    public async Task<Guid?> FindAsync(string batchId, CancellationToken cancellationToken) =>
        await postgres.ListAsync(Find, row => row.GetGuid(0), cancellationToken, batchId) is [var owner] ? owner : null;

    public async Task<Guid> ClaimAsync(string batchId, Guid operatorId, CancellationToken cancellationToken)
    {
        if (await FindAsync(batchId, cancellationToken) is { } owner)
            return owner;
        await postgres.ExecuteAsync(Claim, cancellationToken, batchId, operatorId);
        return await FindAsync(batchId, cancellationToken) ?? throw new InvalidOperationException($"batch {batchId} is gone");
    }

    /// <summary>The operators of batches, without those of the built-in operator.</summary>
    public async Task<IReadOnlyDictionary<string, Guid>> OperatorsAsync(IReadOnlyCollection<string> batchIds, CancellationToken cancellationToken) =>
        (await postgres.ListAsync(Others, row => (BatchId: row.GetString(0), OperatorId: row.GetGuid(1)), cancellationToken, (object)batchIds.ToArray()))
            .ToDictionary(owned => owned.BatchId, owned => owned.OperatorId, StringComparer.Ordinal);
}
