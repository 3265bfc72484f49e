using Pylon.Insights.Freezing;
using Pylon.Insights.Recommendations;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Recommendations;

/// <summary>An entity with hours, events, hotspots and recommendations of a test's own.</summary>
internal static class SomeRecommendations
{
    /// <summary>A factory with one event and one row for each hour from 120 days ago on; its entity_ref.</summary>
    public static async Task<long> AddFactoryAsync(this TestDatabase database, string entity, int? regionId = null)
    {
        var region = regionId?.ToString() ?? "NULL";
        await database.ExecuteAsync(
            $"""
            INSERT INTO insights.entities (entity_type, entity, kind, activity_unit, region_id) VALUES ('factory', '{entity}', 'factory', 'kWh', {region});
            INSERT INTO insights.hourly_rollups (entity_ref, hour, activity, output, co2_kg, events, max_event_seq)
            SELECT e.entity_ref, h, 100 + extract(hour FROM h AT TIME ZONE 'UTC'), 50, (100 + extract(hour FROM h AT TIME ZONE 'UTC')) * 0.2, 1, 1
            FROM insights.entities e, generate_series(date_trunc('hour', now()) - interval '120 days', date_trunc('hour', now()) - interval '1 hour', interval '1 hour') h
            WHERE e.entity = '{entity}';
            INSERT INTO insights.events_normalized (event_type, entity_ref, supplier_id, "timestamp", event_id, energy_kwh, shift_hours, furnace_usage, cooling_load, co2_kg, activity)
            SELECT 'factory', e.entity_ref, '{entity}', now() - n * interval '1 hour', '{entity}-' || n, 4000, 8, 6, 0, 708, 4000
            FROM insights.entities e, generate_series(1, 48) n WHERE e.entity = '{entity}'
            """);
        return await database.ScalarAsync<long>($"SELECT entity_ref FROM insights.entities WHERE entity = '{entity}'");
    }

    public static Task<Guid> AddHotspotAsync(this TestDatabase database, string entity, string severity = "warn", string cause = "efficiency") =>
        database.ScalarAsync<Guid>(
            $"""
            INSERT INTO insights.hotspots (entity_ref, entity, entity_type, kind, cause, severity, status, basis, predicted_co2, baseline_co2, percent_above, score,
                confidence, impact_kg, event_id, first_hour, last_hour)
            SELECT entity_ref, entity, entity_type, kind, '{cause}', '{severity}', '{(severity == "info" ? "watching" : "open")}', 'baseline', 900, 600, 50, 1.2, 0.9, 300,
                '{entity}-1', date_trunc('hour', now()), date_trunc('hour', now())
            FROM insights.entities WHERE entity = '{entity}'
            RETURNING id
            """);

    /// <summary>A pending recommendation for a hotspot, as a row.</summary>
    public static Task<Guid> AddRecommendationAsync(this TestDatabase database, Guid hotspot, int rank = 1, string lever = "efficiency", double kg = 100) =>
        database.ScalarAsync<Guid>(
            $"""
            INSERT INTO insights.recommendation_runs VALUES ('{hotspot}', 'playbook', '', 1, now()) ON CONFLICT DO NOTHING;
            INSERT INTO insights.recommendations (hotspot_id, entity_ref, supplier_id, entity_type, kind, cause, rank, playbook_id, lever, title, description, co2_reduction,
                reduction_hours, reduction_status, cost_impact, feasibility, confidence, root_cause, engine, created_at, updated_at, expires_at)
            SELECT id, entity_ref, entity, entity_type, kind, cause, {rank}, 'factory-heat-recovery', '{lever}', 'Recover heat', 'Recover it.', {kg}, 672, 'simulated', 'high', 5,
                0.8, 'It used more.', 'playbook', now(), now(), now() + interval '30 days'
            FROM insights.hotspots WHERE id = '{hotspot}'
            RETURNING id
            """);

    public static Task<long> CountAsync(this TestDatabase database, string from) => database.ScalarAsync<long>($"SELECT count(*) FROM insights.{from}");

    public static RecommendationDecisions Decisions(this InsightsDatabase database, TimeProvider time) =>
        new(new RecommendationStore(new TenantDatabase(database.DataSource, Tenant.All)), new BaselineFreezer(database.DataSource), time);
}
