using Npgsql;
using Pylon.Insights.Advice;
using Pylon.Insights.Entities;
using Pylon.Insights.Playbook;
using Pylon.Postgres;

namespace Pylon.Insights.Recommendations;

/// <summary>Reads what an entity did in the last 28 days.</summary>
internal sealed class ActivityReader(NpgsqlDataSource database)
{
    // The words with the most emissions; the means of the numbers; where the hotspot's event says it, that.
    private const string OfEvents =
        """
        WITH last AS (
            SELECT e.*, e.event_id = $4 AS is_cause FROM events_normalized e
            WHERE e.entity_ref = $1 AND e."timestamp" >= $2 AND e."timestamp" < $3
        ), words AS (
            SELECT vehicle_type, fuel_type FROM last WHERE vehicle_type IS NOT NULL
            GROUP BY vehicle_type, fuel_type ORDER BY bool_or(is_cause) DESC, sum(co2_kg) DESC NULLS LAST, count(*) DESC, vehicle_type, fuel_type LIMIT 1
        )
        SELECT (SELECT vehicle_type FROM words),
            coalesce((SELECT fuel_type FROM words), mode() WITHIN GROUP (ORDER BY fuel_type)),
            coalesce(max(distance_km) FILTER (WHERE is_cause), avg(distance_km)),
            coalesce(max(load_kg) FILTER (WHERE is_cause), avg(load_kg)),
            coalesce(max(speed) FILTER (WHERE is_cause), avg(speed)),
            coalesce(max(stop_events) FILTER (WHERE is_cause), avg(stop_events))::double precision,
            coalesce(max(energy_kwh) FILTER (WHERE is_cause), avg(energy_kwh)),
            coalesce(max(shift_hours) FILTER (WHERE is_cause), avg(shift_hours)),
            coalesce(max(furnace_usage) FILTER (WHERE is_cause), avg(furnace_usage)),
            coalesce(max(cooling_load) FILTER (WHERE is_cause), avg(cooling_load)),
            coalesce(max(temperature) FILTER (WHERE is_cause), avg(temperature)),
            coalesce(max(refrigeration_load) FILTER (WHERE is_cause), avg(refrigeration_load)),
            coalesce(max(inventory_volume) FILTER (WHERE is_cause), avg(inventory_volume)),
            coalesce(max(traffic_score) FILTER (WHERE is_cause), avg(traffic_score)),
            coalesce(max(delivery_count) FILTER (WHERE is_cause), avg(delivery_count))::double precision
        FROM last
        """;

    private const string OfHours =
        """
        SELECT coalesce(sum(r.co2_kg), 0),
            sum(r.activity) FILTER (WHERE extract(hour FROM r.hour AT TIME ZONE e.time_zone) >= 22 OR extract(hour FROM r.hour AT TIME ZONE e.time_zone) < 6)
                / nullif(sum(r.activity), 0)
        FROM hourly_rollups r JOIN entities e USING (entity_ref)
        WHERE r.entity_ref = $1 AND r.hour >= $2 AND r.hour < $3
        """;

    private const string OfRegion =
        """
        SELECT coalesce(sum(r.co2_kg), 0) FROM entities e JOIN hourly_rollups r USING (entity_ref)
        WHERE e.region_id = $1 AND e.activity_unit = 'kWh' AND e.kind <> 'grid' AND r.hour >= $2 AND r.hour < $3
        """;

    // In the order of the columns of OfEvents.
    private static readonly string[] Numbers =
    [
        FeatureNames.DistanceKm, FeatureNames.LoadKg, FeatureNames.AvgSpeed, FeatureNames.StopEvents, FeatureNames.EnergyKwh, FeatureNames.ShiftHours,
        FeatureNames.FurnaceUsage, FeatureNames.CoolingLoad, FeatureNames.Temperature, FeatureNames.RefrigerationLoad, FeatureNames.InventoryVolume,
        FeatureNames.TrafficScore, FeatureNames.DeliveryCount,
    ];

    public async Task<EntityActivity> ReadAsync(DueHotspot hotspot, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (hotspot.Kind == EmissionKind.Grid)
            return await ReadRegionAsync(hotspot, now, cancellationToken);
        var facts = new Facts();
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Sql.Statement(OfEvents, hotspot.EntityRef, Sql.Time(now - EntityActivity.Period), Sql.Time(now), hotspot.EventId ?? ""));
        batch.BatchCommands.Add(Sql.Statement(OfHours, hotspot.EntityRef, Sql.Time(now - EntityActivity.Period), Sql.Time(now)));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
        {
            facts.With(FeatureNames.VehicleType, Text(reader, 0)).With(FeatureNames.FuelType, Text(reader, 1));
            for (var n = 0; n < Numbers.Length; n++)
                facts.With(Numbers[n], Number(reader, n + 2));
        }

        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        facts.With(FeatureNames.NightShare, Number(reader, 1));
        return new EntityActivity(facts.Derive(hotspot.Kind), reader.GetDouble(0));
    }

    // The worst hour of a region is in gCO2/kWh.
    private async Task<EntityActivity> ReadRegionAsync(DueHotspot hotspot, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.Command(OfRegion, (short)(hotspot.RegionId ?? 0), Sql.Time(now - EntityActivity.Period), Sql.Time(now));
        var kg = (double)(await command.ExecuteScalarAsync(cancellationToken))!;
        return new EntityActivity(new Facts().With(FeatureNames.CarbonIntensity, hotspot.PredictedCo2), kg);
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static double? Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);
}
