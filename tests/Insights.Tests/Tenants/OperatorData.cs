using Pylon.Postgres;

namespace Pylon.Insights.Tests.Tenants;

/// <summary>One operator with a row in every table that has rows of operators. Its name is in each text of its rows.</summary>
internal sealed record OperatorData(string Name, Guid Operator, Guid Hotspot, Guid Alert, Guid Silence, Guid Recommendation, Guid Proposal)
{
    public IReadOnlyList<string> Secrets => [Name, $"{Operator}", $"{Hotspot}", $"{Alert}", $"{Silence}", $"{Recommendation}", $"{Proposal}"];

    public static async Task<OperatorData> AddAsync(InsightsDatabase database, string name)
    {
        var one = new OperatorData(name, Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var entity = await ScalarAsync<long>(
            "INSERT INTO entities (operator_id, entity_type, entity, kind, activity_unit) VALUES ($1, 'supplier', $2, 'logistics', 'tonne.km') RETURNING entity_ref", one.Operator, name);
        await database.DataSource.ExecuteAsync(
            "INSERT INTO events_normalized (operator_id, event_id, event_type, entity_ref, supplier_id, \"timestamp\", co2_kg) VALUES ($1, $2, 'logistics', $3, $2, now(), 7)", default, one.Operator, name, entity);
        await database.DataSource.ExecuteAsync(
            "INSERT INTO event_quarantine (operator_id, source, event_id, reason, details, body, digest) VALUES ($1, 'rpc', $2, $2, '{}', $2, gen_random_uuid())", default, one.Operator, name);
        await database.DataSource.ExecuteAsync(
            """
            INSERT INTO shipment_lines (operator_id, import, index, line, event_id, content, key, warehouse_code, customer_code, order_number, order_line, item_code, shipped_at, weight_kg, distances_km, published_kg, computed_kg)
            VALUES ($1, $2, 1, 1, $2, gen_random_uuid(), gen_random_uuid(), $2, $2, $2, $2, $2, now(), 1, '{1,1,1,1}', '{1,1,1,1}', '{1,1,1,1}')
            """, default, one.Operator, name);
        await database.DataSource.ExecuteAsync("INSERT INTO shipment_factors (operator_id, import, mode, factor, index) VALUES ($1, $2, 'air', 1, 1)", default, one.Operator, name);
        await database.DataSource.ExecuteAsync(
            "INSERT INTO hourly_rollups (entity_ref, hour, activity, co2_kg, events, max_event_seq) SELECT $1, date_trunc('hour', now(), 'UTC'), 1, 7, 1, max(seq) FROM events_normalized", default, entity);
        await database.DataSource.ExecuteAsync(
            """
            INSERT INTO baselines (entity_ref, hour_of_week, baseline_value, sigma, band, calculation_method, sample_size, confidence_score, updated_at)
            VALUES ($1, 1, 1, 1, 1, $2, 8, 1, now())
            """, default, entity, name);
        await database.DataSource.ExecuteAsync("INSERT INTO baseline_entities (entity_ref, time_zone, is_sparse, mean_activity, through, updated_at) VALUES ($1, 'UTC', false, 1, now(), now())", default, entity);
        await database.DataSource.ExecuteAsync(
            """
            INSERT INTO hotspots (id, operator_id, entity_ref, entity, entity_type, kind, cause, severity, status, basis, predicted_co2, baseline_co2, percent_above, score, confidence, impact_kg, first_hour, last_hour)
            VALUES ($1, $2, $3, $4, 'supplier', 'logistics', 'activity', 'critical', 'open', 'baseline', 2, 1, 100, 5, 1, 9, now(), now())
            """, default, one.Hotspot, one.Operator, entity, name);
        await database.DataSource.ExecuteAsync(
            "INSERT INTO hotspot_transitions (hotspot_id, transition, severity, score, percent_above, hour, note) VALUES ($1, 'opened', 'critical', 5, 100, now(), $2)", default, one.Hotspot, name);
        await database.DataSource.ExecuteAsync(
            "INSERT INTO hotspot_hours (hotspot_id, hour, level, score, basis, cause, actual_kg, expected_kg, percent_above, confidence, activity, expected_activity) VALUES ($1, now(), 3, 5, $2, 'activity', 2, 1, 100, 1, 2, 1)", default, one.Hotspot, name);
        await database.DataSource.ExecuteAsync("INSERT INTO hotspot_entities (hotspot_id, entity_ref) VALUES ($1, $2)", default, one.Hotspot, entity);
        await database.DataSource.ExecuteAsync("INSERT INTO accepted_levels (entity_ref, before_hour, ratio, hotspot_id, user_id) VALUES ($1, now(), 1, $2, $3)", default, entity, one.Hotspot, name);
        await database.DataSource.ExecuteAsync(
            "INSERT INTO silences (id, operator_id, entity, reason, created_at, ends_at) VALUES ($1, $2, $3, $3, now(), now() + interval '1 day')", default, one.Silence, one.Operator, name);
        await database.DataSource.ExecuteAsync(
            """
            INSERT INTO alerts (id, operator_id, hotspot_id, transition, reopened, level, message, entity, entity_type, cause, percent_above, impact_kg, hour, created_at, last_notice_at)
            VALUES ($1, $2, $3, 'opened', 0, 'critical', $4, $4, 'supplier', 'activity', 100, 9, now(), now(), now())
            """, default, one.Alert, one.Operator, one.Hotspot, name);
        await database.DataSource.ExecuteAsync("INSERT INTO alert_history (alert_id, what, note, at) VALUES ($1, 'raised', $2, now())", default, one.Alert, name);
        await database.DataSource.ExecuteAsync(
            "INSERT INTO alert_notices (alert_id, number, percent_above, impact_kg, created_at, status, due_at, receiver) VALUES ($1, 0, 100, 9, now(), 'dead', now(), $2)", default, one.Alert, name);
        await database.DataSource.ExecuteAsync("INSERT INTO recommendation_runs (hotspot_id, engine, engine_reason, recommendations, made_at) VALUES ($1, 'playbook', $2, 1, now())", default, one.Hotspot, name);
        await database.DataSource.ExecuteAsync(
            """
            INSERT INTO recommendations (id, operator_id, hotspot_id, entity_ref, supplier_id, entity_type, kind, cause, rank, title, description, co2_reduction, reduction_hours,
                reduction_status, cost_impact, feasibility, confidence, root_cause, engine, created_at, updated_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, 'supplier', 'logistics', 'activity', 1, $5, $5, 1, 672, 'typical', 'low', 5, 1, $5, 'playbook', now(), now(), now() + interval '1 day')
            """, default, one.Recommendation, one.Operator, one.Hotspot, entity, name);
        await database.DataSource.ExecuteAsync("INSERT INTO recommendation_baselines (recommendation_id, hour_of_week, expected_activity, samples) VALUES ($1, 1, 1, 2)", default, one.Recommendation);
        await database.DataSource.ExecuteAsync(
            """
            INSERT INTO shift_proposals (id, hotspot_id, workload_id, workload_name, start_before, end_before, region_before, option, start_time, end_time, region_id, energy_kwh, energy_basis,
                before_kg, after_kg, expected_saving_kg)
            VALUES ($1, $2, gen_random_uuid(), $3, now(), now(), 13, 1, now(), now() + interval '1 hour', 13, 1, 'Unspecified', 2, 1, 1)
            """, default, one.Proposal, one.Hotspot, name);
        foreach (var (type, id) in new[] { ("hotspot", one.Hotspot), ("alert", one.Alert), ("silence", one.Silence), ("recommendation", one.Recommendation), ("shift", one.Proposal) })
            await database.DataSource.ExecuteAsync("INSERT INTO audit_logs (action, entity_type, entity_id, notes) VALUES ('tested', $1, $2, $3)", default, type, $"{id}", name);
        return one;

        async Task<T> ScalarAsync<T>(string sql, params object?[] parameters)
        {
            await using var command = database.DataSource.Command(sql, parameters);
            return (T)(await command.ExecuteScalarAsync())!;
        }
    }

    /// <summary>The id that a field of a call means; null for a field that names nothing of an operator.</summary>
    public string? IdFor(string service, string field) => (service, field) switch
    {
        (_, "operator_id") => $"{Operator}",
        (_, "hotspot_id") => $"{Hotspot}",
        (_, "alert_id") => $"{Alert}",
        ("HotspotService", "id") => $"{Hotspot}",
        ("AlertService", "id") => $"{Alert}",
        ("SilenceService", "id") => $"{Silence}",
        ("RecommendationService", "id") => $"{Recommendation}",
        ("ShiftService", "id") => $"{Proposal}",
        ("RecommendationService" or "EventService" or "PredictionService" or "SimulationService", "supplier_id") => Name,
        ("AuditLogService", "entity_id") => $"{Hotspot}",
        _ => null,
    };
}
