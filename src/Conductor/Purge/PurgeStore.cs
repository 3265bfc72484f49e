using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Conductor.Circuits;
using Pylon.Conductor.Shared;
using Pylon.Postgres;

namespace Pylon.Conductor.Purge;

/// <summary>What one step of a purge did.</summary>
/// <param name="Last">The row after which the next step begins.</param>
internal sealed record PurgeStep(long Last, int Removed, bool IsMore);

/// <summary>
/// Removes what has expired: batches without a change for the time to live, and the reports and definitions of batches
/// that are gone or have begun anew since. What is not published yet stays. Each statement reads a limited number of rows.
/// </summary>
internal sealed class PurgeStore(PostgresCalls postgres, IOptions<ConductorOptions> options)
{
    // A batch that is being written to has not expired.
    private const string DeleteBatches =
        """
        WITH expired AS MATERIALIZED (
            SELECT batch_id FROM batches WHERE updated_at < now() - $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
        DELETE FROM batches USING expired WHERE batches.batch_id = expired.batch_id
        """;

    // Long after the batch is gone: until then nobody else begins one of the same id.
    private const string DeleteOwners =
        """
        WITH old AS MATERIALIZED (
            SELECT batch_id FROM batch_owners o
            WHERE claimed_at < now() - 2 * $1 AND NOT EXISTS (SELECT FROM batches b WHERE b.batch_id = o.batch_id) ORDER BY claimed_at LIMIT $2)
        DELETE FROM batch_owners USING old WHERE batch_owners.batch_id = old.batch_id
        """;

    public static readonly IReadOnlyList<string> Journals = ["phase_reports", "definitions"];

    // In the order in which they were written, so that a page without an old row is the last.
    private static string DeletePage(string table) =>
        $"""
        WITH page AS (
            SELECT seq, batch_id, recorded_at, settled_at FROM {table} WHERE seq > $2 ORDER BY seq LIMIT $3),
        gone AS (
            DELETE FROM {table} USING page
            WHERE {table}.seq = page.seq AND page.settled_at IS NOT NULL AND page.recorded_at < now() - $1
              AND NOT EXISTS (SELECT FROM batches b WHERE b.batch_id = page.batch_id AND b.since <= page.recorded_at)
            RETURNING 1)
        SELECT coalesce(max(seq), $2), (SELECT count(*)::int FROM gone), count(*) = $3 AND min(recorded_at) < now() - $1 FROM page
        """;

    private TimeSpan Ttl => options.Value.StateTtl;

    public async Task<int> BatchesAsync(int max, CancellationToken cancellationToken)
    {
        await postgres.ExecuteAsync(DeleteOwners, cancellationToken, Ttl, max);
        return await postgres.ExecuteAsync(DeleteBatches, cancellationToken, Ttl, max);
    }

    public async Task<PurgeStep> JournalAsync(string table, long after, int max, CancellationToken cancellationToken) =>
        (await postgres.ListAsync(DeletePage(table), r => new PurgeStep(r.GetInt64(0), r.GetInt32(1), r.GetBoolean(2)), cancellationToken, Ttl, after, max)).Single();
}
