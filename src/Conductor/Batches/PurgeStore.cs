using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Conductor.Circuits;
using Pylon.Postgres;

namespace Pylon.Conductor.Batches;

/// <summary>What one step of a purge did.</summary>
/// <param name="Last">Where the next one goes on.</param>
internal sealed record PurgeStep(long Last, int Removed, bool IsMore);

/// <summary>
/// Removes what nobody can see any more: batches that were left alone for the time to live, and the reports and
/// definitions of batches that are gone or have begun anew since. What is not published yet stays. Each statement looks at so
/// many rows and no more.
/// </summary>
internal sealed class PurgeStore(NpgsqlDataSource database, IOptions<ConductorOptions> options, StoreCircuits circuits)
{
    // One that somebody is just now writing to is not left alone.
    private const string DeleteBatches =
        """
        DELETE FROM batches WHERE batch_id IN (
            SELECT batch_id FROM batches WHERE updated_at < now() - $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
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

    public Task<int> BatchesAsync(int max, CancellationToken cancellationToken) =>
        circuits.Postgres.RunAsync(() => database.ExecuteAsync(DeleteBatches, cancellationToken, Ttl, max), cancellationToken);

    public Task<PurgeStep> JournalAsync(string table, long after, int max, CancellationToken cancellationToken) => circuits.Postgres.RunAsync(
        async () =>
        {
            await using var command = database.Command(DeletePage(table), Ttl, after, max);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            return new PurgeStep(reader.GetInt64(0), reader.GetInt32(1), reader.GetBoolean(2));
        },
        cancellationToken);
}
