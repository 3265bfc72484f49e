-- Needs the roles of callers.
-- The second wall between operators, as in the Orchestrator: a statement of a caller runs as the role pylon_caller, and row security
-- shows that role the rows of the operator that app.tenant names; docs/adr/0039-tenants.md has the reasons.

-- In statements: an operator's rows, or all where none is named.
CREATE FUNCTION is_of(operator_id uuid, tenant uuid) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN tenant IS NULL OR operator_id = tenant;

-- An error where no operator is named.
CREATE FUNCTION is_of_caller(operator_id uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN operator_id = current_setting('app.tenant')::uuid;

-- Whose an entry of the audit log is: of the operator of what it is about.
CREATE FUNCTION audited_operator(entity_type text, entity_id text) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE entity_type
        WHEN 'hotspot' THEN (SELECT h.operator_id FROM insights.hotspots h WHERE h.id = entity_id::uuid)
        WHEN 'alert' THEN (SELECT a.operator_id FROM insights.alerts a WHERE a.id = entity_id::uuid)
        WHEN 'silence' THEN (SELECT s.operator_id FROM insights.silences s WHERE s.id = entity_id::uuid)
        WHEN 'recommendation' THEN (SELECT r.operator_id FROM insights.recommendations r WHERE r.id = entity_id::uuid)
        WHEN 'shift' THEN (SELECT h.operator_id FROM insights.shift_proposals p JOIN insights.hotspots h ON h.id = p.hotspot_id WHERE p.id = entity_id::uuid)
        END;

GRANT USAGE ON SCHEMA insights TO pylon_caller;
GRANT SELECT, INSERT, UPDATE ON hotspots, alerts, alert_notices, silences, recommendations, shift_proposals TO pylon_caller;
GRANT SELECT, INSERT ON hotspot_transitions, accepted_levels, alert_history, recommendation_baselines, shipment_factors, audit_logs TO pylon_caller;
GRANT SELECT ON entities, events_normalized, event_quarantine, shipment_lines, hourly_rollups, baselines, baseline_entities, hotspot_hours,
    hotspot_entities, recommendation_runs TO pylon_caller;

DO $$
DECLARE
    wall record;
BEGIN
    FOR wall IN
        SELECT name, 'insights.is_of_caller(operator_id)' AS rule
        FROM unnest(ARRAY['entities', 'events_normalized', 'hotspots', 'event_quarantine', 'shipment_lines', 'shipment_factors', 'silences', 'alerts', 'recommendations']) name
        UNION ALL
        SELECT name, 'EXISTS (SELECT FROM insights.entities e WHERE e.entity_ref = ' || name || '.entity_ref)'
        FROM unnest(ARRAY['hourly_rollups', 'baselines', 'baseline_entities']) name
        UNION ALL
        SELECT name, 'EXISTS (SELECT FROM insights.hotspots h WHERE h.id = hotspot_id)'
        FROM unnest(ARRAY['hotspot_transitions', 'hotspot_hours', 'hotspot_entities', 'accepted_levels', 'recommendation_runs', 'shift_proposals']) name
        UNION ALL
        SELECT name, 'EXISTS (SELECT FROM insights.alerts a WHERE a.id = alert_id)' FROM unnest(ARRAY['alert_history', 'alert_notices']) name
        UNION ALL
        VALUES ('recommendation_baselines', 'EXISTS (SELECT FROM insights.recommendations r WHERE r.id = recommendation_id)'),
            ('audit_logs', 'insights.is_of_caller(insights.audited_operator(entity_type, entity_id))')
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', wall.name);
        -- The planner drops a condition that is true: the workers pay nothing.
        EXECUTE format('CREATE POLICY everyone ON %I USING (true) WITH CHECK (true)', wall.name);
        IF wall.name IN ('alert_history', 'alert_notices', 'audit_logs') THEN
            -- What they are about is made by the same statement (Alerts/AlertRaiser.cs), which does not see it yet: adding is free.
            EXECUTE format('CREATE POLICY tenant_reads ON %I AS RESTRICTIVE FOR SELECT TO pylon_caller USING (%s)', wall.name, wall.rule);
            EXECUTE format('CREATE POLICY tenant_changes ON %I AS RESTRICTIVE FOR UPDATE TO pylon_caller USING (%s)', wall.name, wall.rule);
        ELSE
            EXECUTE format('CREATE POLICY tenant ON %I AS RESTRICTIVE TO pylon_caller USING (%s)', wall.name, wall.rule);
        END IF;
    END LOOP;
END $$;

-- What the lists of one operator go through.
CREATE INDEX alerts_of_operator ON alerts (operator_id, created_at DESC, id DESC);
