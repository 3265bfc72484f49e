namespace Pylon.Insights.Rollups;

/// <summary>
/// Adds events to the hourly sums in the statement that records them. An event that lasts is spread evenly over its time:
/// each hour gets the share of the time that lies in it, and counts the event once. An end on the hour does not touch the
/// hour that begins then.
/// </summary>
internal static class HourlyRollups
{
    /// <summary>
    /// The sums of the CTE <c>recorded</c> by entity and hour, as the CTE <c>hours</c>. Its columns are those of
    /// events_normalized that are named here.
    /// </summary>
    public const string Hours =
        """
        shares AS (
            SELECT e.entity_ref, e.seq, e.activity, e.output, e.co2_kg, e.reported_co2_kg, e.predicted_co2_kg, e.uncertainty_kg, e.source,
                date_trunc('hour', e."timestamp", 'UTC') AS hour, 1::double precision AS share
            FROM recorded e WHERE e.ended_at IS NULL OR date_trunc('hour', e.ended_at, 'UTC') = date_trunc('hour', e."timestamp", 'UTC')
            UNION ALL
            SELECT e.entity_ref, e.seq, e.activity, e.output, e.co2_kg, e.reported_co2_kg, e.predicted_co2_kg, e.uncertainty_kg, e.source, h.hour,
                extract(epoch FROM least(e.ended_at, h.hour + interval '1 hour') - greatest(e."timestamp", h.hour))::double precision
                    / extract(epoch FROM e.ended_at - e."timestamp")::double precision
            FROM recorded e CROSS JOIN LATERAL generate_series(
                date_trunc('hour', e."timestamp", 'UTC'), date_trunc('hour', e.ended_at - interval '1 microsecond', 'UTC'), interval '1 hour') AS h (hour)
            WHERE date_trunc('hour', e.ended_at, 'UTC') > date_trunc('hour', e."timestamp", 'UTC')),
        hours AS (
            SELECT entity_ref, hour, sum(activity * share) AS activity, sum(coalesce(output, 0) * share) AS output, sum(co2_kg * share) AS co2_kg,
                coalesce(sum(reported_co2_kg * share) FILTER (WHERE predicted_co2_kg IS NOT NULL), 0) AS reported_kg,
                coalesce(sum(predicted_co2_kg * share) FILTER (WHERE reported_co2_kg IS NOT NULL), 0) AS predicted_of_reported_kg,
                coalesce(sum(uncertainty_kg * share) FILTER (WHERE reported_co2_kg IS NOT NULL AND predicted_co2_kg IS NOT NULL), 0) AS uncertainty_of_reported_kg,
                count(*) AS events, count(*) FILTER (WHERE source IN ('estimated', 'synthetic')) AS estimated_events, max(seq) AS max_event_seq
            FROM shares GROUP BY entity_ref, hour)
        """;

    /// <summary>
    /// Adds <see cref="Hours"/> to the table, as the CTE <c>rolled_up</c>. Always in the same order, so that two writers wait
    /// for one another and not in a circle.
    /// </summary>
    public const string Add =
        """
        rolled_up AS (
            INSERT INTO hourly_rollups AS r (
                entity_ref, hour, activity, output, co2_kg, reported_kg, predicted_of_reported_kg, uncertainty_of_reported_kg, events, estimated_events, max_event_seq)
            SELECT entity_ref, hour, activity, output, co2_kg, reported_kg, predicted_of_reported_kg, uncertainty_of_reported_kg, events, estimated_events, max_event_seq
            FROM hours ORDER BY entity_ref, hour
            ON CONFLICT (entity_ref, hour) DO UPDATE SET
                activity = r.activity + excluded.activity, output = r.output + excluded.output, co2_kg = r.co2_kg + excluded.co2_kg,
                reported_kg = r.reported_kg + excluded.reported_kg, predicted_of_reported_kg = r.predicted_of_reported_kg + excluded.predicted_of_reported_kg,
                uncertainty_of_reported_kg = r.uncertainty_of_reported_kg + excluded.uncertainty_of_reported_kg,
                events = r.events + excluded.events, estimated_events = r.estimated_events + excluded.estimated_events,
                max_event_seq = greatest(r.max_event_seq, excluded.max_event_seq), changed_by = pg_current_xact_id())
        """;
}
