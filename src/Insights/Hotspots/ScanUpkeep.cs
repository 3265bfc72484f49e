using Npgsql;
using Pylon.Insights.Episodes;
using Pylon.Postgres;

namespace Pylon.Insights.Hotspots;

/// <summary>What time alone does to hotspots.</summary>
internal sealed class ScanUpkeep(NpgsqlDataSource database)
{
    private const int Batch = 1000;

    private const string EndTimes =
        $"""
        UPDATE hotspots h SET status = CASE WHEN h.severity = 'info' THEN 'watching' ELSE 'open' END, until = NULL, updated_at = $1
        WHERE h.id IN (SELECT id FROM hotspots WHERE status IN ('acknowledged', 'ignored') AND until <= $1 ORDER BY until LIMIT $2 FOR UPDATE)
        RETURNING {HotspotRow.Columns}
        """;

    // Six hours in which the entity is usually active, of a sparse entity a week, without data.
    private const string MarkStale =
        """
        WITH quiet AS (
            SELECT h.id, h.entity_ref, be.mean_activity, be.time_zone, be.is_sparse, last.hour
            FROM hotspots h JOIN baseline_entities be USING (entity_ref)
            CROSS JOIN LATERAL (SELECT max(hour) AS hour FROM hourly_rollups WHERE entity_ref = h.entity_ref) last
            WHERE h.status <> 'resolved' AND NOT h.stale AND h.kind <> 'grid' AND last.hour < $1 - interval '6 hours')
        UPDATE hotspots SET stale = true, updated_at = $1 FROM quiet q
        WHERE hotspots.id = q.id AND (q.hour < $1 - interval '7 days' OR (NOT q.is_sparse AND 6 <= (
            SELECT count(*) FROM generate_series(q.hour + interval '1 hour', $1 - interval '1 hour', interval '1 hour') g
            JOIN baselines b ON b.entity_ref = q.entity_ref AND b.baseline_value >= 0.05 * q.mean_activity
                AND b.hour_of_week = (date_part('epoch', g AT TIME ZONE q.time_zone)::bigint / 3600 + 72) % 168)))
        """;

    private const string MarkStaleRegions =
        "UPDATE hotspots SET stale = true, updated_at = $1 WHERE status <> 'resolved' AND NOT stale AND kind = 'grid' AND last_hour < $1 - interval '7 hours'";

    /// <summary>Opens what was acknowledged or ignored until a time that is over; nobody is alerted again.</summary>
    public async Task EndTimesAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var act = new HotspotAct(UserId: "", "its time is over", now);
        int count;
        do
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var change = new NpgsqlCommand(EndTimes, connection, transaction) { Parameters = { Sql.Time(now), new() { Value = Batch } } };
            var ended = await change.ListAsync(HotspotRow.Read, cancellationToken);
            count = ended.Count;
            if (count == 0)
                return;
            await using var batch = new NpgsqlBatch(connection, transaction);
            foreach (var row in ended)
            {
                var record = act.Record(row, row.Status == HotspotStatus.Watching ? Transition.Watching : Transition.Opened) with { IsAlerting = false };
                foreach (var statement in record.Statements())
                    batch.BatchCommands.Add(statement);
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        while (count == Batch);
    }

    /// <summary>Says of the hotspots without new data that they are stale; the next data take that back.</summary>
    public async Task MarkStaleAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(MarkStale, cancellationToken, Sql.Time(now));
        await database.ExecuteAsync(MarkStaleRegions, cancellationToken, Sql.Time(now));
    }
}
