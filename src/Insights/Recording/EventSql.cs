using Pylon.Insights.Rollups;

namespace Pylon.Insights.Recording;

/// <summary>The statements on events.</summary>
internal static class EventSql
{
    /// <summary>
    /// Records events, one array for each column, and adds them to the hourly sums; gives the place of those that are new.
    /// In the order of their ids, so that two writers of the same ids wait for one another and not in a circle.
    /// </summary>
    public const string Record =
        $"""
        WITH given AS (
            SELECT * FROM unnest(
                $1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[], $9::double precision[], $10::double precision[],
                $11::text[], $12::text[], $13::double precision[], $14::integer[], $15::double precision[], $16::integer[], $17::double precision[], $18::double precision[],
                $19::double precision[], $20::double precision[], $21::double precision[], $22::double precision[], $23::double precision[], $24::smallint[], $25::uuid[],
                $26::text[], $27::text[], $28::double precision[], $29::boolean[], $30::uuid[], $31::double precision[], $32::double precision[], $33::double precision[],
                $34::double precision[], $35::double precision[], $36::text[], $37::integer[]) AS g (
                operator_id, event_id, event_type, entity_ref, supplier_id, route_id, "timestamp", ended_at, distance_km, load_kg,
                vehicle_type, fuel_type, speed, stop_events, traffic_score, delivery_count, energy_kwh, furnace_usage,
                cooling_load, shift_hours, temperature, refrigeration_load, inventory_volume, region_id, workload_id,
                batch_id, source, reported_co2_kg, is_outlier, content, output, co2_kg, predicted_co2_kg,
                uncertainty_kg, activity, factor_set, place)),
        recorded AS (
            INSERT INTO events_normalized (
                operator_id, event_id, event_type, entity_ref, supplier_id, route_id, "timestamp", ended_at, distance_km, load_kg, vehicle_type, fuel_type, speed, stop_events,
                traffic_score, delivery_count, energy_kwh, furnace_usage, cooling_load, shift_hours, temperature, refrigeration_load, inventory_volume, region_id, workload_id,
                batch_id, source, reported_co2_kg, is_outlier, content, output, co2_kg, predicted_co2_kg, uncertainty_kg, activity, factor_set)
            SELECT
                operator_id, event_id, event_type, entity_ref, supplier_id, route_id, "timestamp", ended_at, distance_km, load_kg, vehicle_type, fuel_type, speed, stop_events,
                traffic_score, delivery_count, energy_kwh, furnace_usage, cooling_load, shift_hours, temperature, refrigeration_load, inventory_volume, region_id, workload_id,
                batch_id, source, reported_co2_kg, is_outlier, content, output, co2_kg, predicted_co2_kg, uncertainty_kg, activity, factor_set
            FROM given ORDER BY operator_id, event_id
            ON CONFLICT (operator_id, event_id) DO NOTHING
            RETURNING operator_id, event_id, entity_ref, seq, "timestamp", ended_at, activity, output, co2_kg, reported_co2_kg, predicted_co2_kg, uncertainty_kg, source),
        {HourlyRollups.Hours},
        {HourlyRollups.Add}
        SELECT g.place FROM recorded r JOIN given g USING (operator_id, event_id)
        """;

    /// <summary>What is recorded under the ids.</summary>
    public const string Contents =
        """
        SELECT e.operator_id, e.event_id, e.content FROM unnest($1::uuid[], $2::text[]) AS g (operator_id, event_id)
        JOIN events_normalized e USING (operator_id, event_id)
        """;

    /// <summary>What a sender tells, as <see cref="Events.EventRow"/> reads it.</summary>
    public const string Told =
        """
        operator_id, event_id, event_type, supplier_id, route_id, "timestamp", ended_at, distance_km, load_kg, vehicle_type, fuel_type, speed, stop_events, traffic_score,
        delivery_count, energy_kwh, furnace_usage, cooling_load, shift_hours, temperature, refrigeration_load, inventory_volume, region_id, workload_id, batch_id, source,
        reported_co2_kg, is_outlier, output
        """;

    public const string ToldUnder =
        $"""
        SELECT {Told}, co2_kg FROM events_normalized WHERE (operator_id, event_id) IN (SELECT * FROM unnest($1::uuid[], $2::text[])) AND content IS NULL
        """;

    /// <summary>Rows that were inserted by SQL; those that another instance has are left to it.</summary>
    public const string Arrived = $"SELECT {Told}, co2_kg, seq FROM events_normalized WHERE entity_ref IS NULL ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED";

    /// <summary>The same as <see cref="Record"/> for rows that are there. A row that is in the sums already is left as it is.</summary>
    public const string TakeUp =
        $"""
        WITH given AS (
            SELECT * FROM unnest(
                $1::bigint[], $2::bigint[], $3::uuid[], $4::double precision[], $5::double precision[], $6::double precision[], $7::double precision[], $8::double precision[],
                $9::text[], $10::double precision[]) AS g (
                seq, entity_ref, content, output, co2_kg, predicted_co2_kg, uncertainty_kg, activity, factor_set, reported_co2_kg)),
        recorded AS (
            UPDATE events_normalized e SET
                entity_ref = g.entity_ref, content = g.content, output = g.output, co2_kg = g.co2_kg, predicted_co2_kg = g.predicted_co2_kg,
                uncertainty_kg = g.uncertainty_kg, activity = g.activity, factor_set = g.factor_set, reported_co2_kg = g.reported_co2_kg
            FROM given g WHERE e.seq = g.seq AND e.entity_ref IS NULL
            RETURNING e.entity_ref, e.seq, e."timestamp", e.ended_at, e.activity, e.output, e.co2_kg, e.reported_co2_kg, e.predicted_co2_kg, e.uncertainty_kg, e.source),
        {HourlyRollups.Hours},
        {HourlyRollups.Add}
        SELECT count(*) FROM recorded
        """;

    public const string Remove = "DELETE FROM events_normalized WHERE seq = ANY ($1) AND entity_ref IS NULL";

    /// <summary>A page, the latest first. Without a filter on the entity its parameter is null.</summary>
    public const string Page =
        $"""
        SELECT {Told}, id, co2_kg, predicted_co2_kg, uncertainty_kg, factor_set, activity, created_at, entity_ref FROM events_normalized e
        WHERE ($1::text IS NULL OR entity_ref = ANY (ARRAY(SELECT n.entity_ref FROM entities n WHERE n.entity = $1 AND is_of(n.operator_id, $8)))) AND is_of(e.operator_id, $8)
            AND ($2::text IS NULL OR event_type = $2) AND ($3::timestamptz IS NULL OR "timestamp" >= $3) AND ($4::timestamptz IS NULL OR "timestamp" < $4)
            AND ($5::timestamptz IS NULL OR ("timestamp", id) < ($5, $6::uuid))
        ORDER BY "timestamp" DESC, id DESC LIMIT $7
        """;

    public const string EntitiesOf = "SELECT entity_ref, activity_unit, entity, entity_type FROM entities WHERE entity_ref = ANY ($1)";
}
