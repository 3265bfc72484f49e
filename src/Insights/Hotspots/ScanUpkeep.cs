using Npgsql;
using Pylon.Postgres;

namespace Pylon.Insights.Hotspots;

/// <summary>What time alone does to hotspots.</summary>
internal sealed class ScanUpkeep(NpgsqlDataSource database)
{
    private const string EndTimes =
        """
        WITH ended AS (
            UPDATE hotspots SET status = CASE WHEN severity = 'info' THEN 'watching' ELSE 'open' END, until = NULL, updated_at = $1
            WHERE status IN ('acknowledged', 'ignored') AND until <= $1
            RETURNING id, severity, status, score, percent_above, last_hour
        ), history AS (
            INSERT INTO hotspot_transitions (hotspot_id, transition, severity, score, percent_above, hour, note, at)
            SELECT id, CASE status WHEN 'open' THEN 'opened' ELSE status END, severity, score, percent_above, last_hour, 'its time is over', $1 FROM ended
        )
        INSERT INTO audit_logs (action, entity_type, entity_id, notes) SELECT 'hotspot_time_over', 'hotspot', id::text, 'its time is over' FROM ended
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

    /// <summary>Opens what was acknowledged or ignored until a time that is over.</summary>
    public Task EndTimesAsync(DateTimeOffset now, CancellationToken cancellationToken) => database.ExecuteAsync(EndTimes, cancellationToken, Sql.Time(now));

    /// <summary>Says of the hotspots without new data that they are stale; the next data take that back.</summary>
    public async Task MarkStaleAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(MarkStale, cancellationToken, Sql.Time(now));
        await database.ExecuteAsync(MarkStaleRegions, cancellationToken, Sql.Time(now));
    }
}
