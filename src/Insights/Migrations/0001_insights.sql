-- What Insights watches. An entity is known from its first event on; its activity has one unit for ever.
CREATE TABLE entities (
    entity_ref bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The tenant; zeros are the built-in operator.
    operator_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    entity_type text NOT NULL CHECK (entity_type IN ('supplier', 'route', 'factory', 'warehouse', 'data_centre', 'region')),
    -- The supplier_id, route_id, dc_id or region_id.
    entity text NOT NULL CHECK (length(entity) BETWEEN 1 AND 200),
    -- Which model computes its emissions; grid is the carbon intensity of a region.
    kind text NOT NULL CHECK (kind IN ('logistics', 'factory', 'warehouse', 'delivery', 'compute', 'grid')),
    activity_unit text NOT NULL CHECK (activity_unit IN ('tonne.km', 'km', 'kWh')),
    -- 1 to 18: whose carbon intensity its electricity has.
    region_id smallint CHECK (region_id BETWEEN 1 AND 18),
    -- Hours of the week are counted in it.
    time_zone text NOT NULL DEFAULT 'UTC' CHECK (time_zone IN ('UTC', 'Europe/London')),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (operator_id, entity_type, entity, kind)
);

-- Emission events, as the seed names their columns. One row for each accepted event; event_id makes a repeat harmless.
CREATE TABLE events_normalized (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    operator_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    -- The sender's id of the event.
    event_id text NOT NULL DEFAULT gen_random_uuid()::text CHECK (length(event_id) BETWEEN 1 AND 200),
    event_type text NOT NULL CHECK (event_type IN ('logistics', 'factory', 'warehouse', 'delivery', 'compute')),
    -- Null until the event is in the roll-ups.
    entity_ref bigint REFERENCES entities,
    supplier_id text CHECK (length(supplier_id) BETWEEN 1 AND 200),
    route_id text CHECK (length(route_id) BETWEEN 1 AND 200),
    "timestamp" timestamptz NOT NULL CHECK ("timestamp" BETWEEN '1990-01-01' AND '2200-01-01'),
    ended_at timestamptz CHECK (ended_at BETWEEN '1990-01-01' AND '2200-01-01' AND ended_at >= "timestamp"),
    distance_km double precision CHECK (distance_km >= 0 AND distance_km < 'Infinity'),
    load_kg double precision CHECK (load_kg >= 0 AND load_kg < 'Infinity'),
    vehicle_type text CHECK (length(vehicle_type) BETWEEN 1 AND 100),
    fuel_type text CHECK (length(fuel_type) BETWEEN 1 AND 100),
    speed double precision CHECK (speed >= 0 AND speed < 'Infinity'),
    stop_events integer CHECK (stop_events >= 0),
    traffic_score double precision CHECK (traffic_score BETWEEN 1 AND 10),
    delivery_count integer CHECK (delivery_count >= 0),
    energy_kwh double precision CHECK (energy_kwh >= 0 AND energy_kwh < 'Infinity'),
    furnace_usage double precision CHECK (furnace_usage >= 0 AND furnace_usage < 'Infinity'),
    cooling_load double precision CHECK (cooling_load >= 0 AND cooling_load < 'Infinity'),
    shift_hours double precision CHECK (shift_hours >= 0 AND shift_hours < 'Infinity'),
    temperature double precision CHECK (temperature BETWEEN -273.15 AND 10000),
    refrigeration_load double precision CHECK (refrigeration_load >= 0 AND refrigeration_load < 'Infinity'),
    inventory_volume double precision CHECK (inventory_volume >= 0 AND inventory_volume < 'Infinity'),
    region_id smallint CHECK (region_id BETWEEN 1 AND 18),
    workload_id uuid,
    batch_id text CHECK (length(batch_id) BETWEEN 1 AND 200),
    source text NOT NULL DEFAULT 'reported' CHECK (source IN ('measured', 'reported', 'estimated', 'synthetic')),
    -- What the sender says it emitted, kg CO2e.
    reported_co2_kg double precision CHECK (reported_co2_kg >= 0 AND reported_co2_kg < 'Infinity'),
    -- reported_co2_kg where it is known, else what the model says, kg CO2e.
    co2_kg double precision CHECK (co2_kg >= 0 AND co2_kg < 'Infinity'),
    -- What the model says, kg CO2e, and the half width of its uncertainty.
    predicted_co2_kg double precision CHECK (predicted_co2_kg >= 0 AND predicted_co2_kg < 'Infinity'),
    uncertainty_kg double precision CHECK (uncertainty_kg >= 0 AND uncertainty_kg < 'Infinity'),
    factor_set text,
    -- In the unit of the entity.
    activity double precision CHECK (activity >= 0 AND activity < 'Infinity'),
    is_outlier boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (operator_id, event_id)
);
CREATE INDEX events_of_entity ON events_normalized (entity_ref, "timestamp");
CREATE INDEX events_by_time ON events_normalized ("timestamp");
CREATE INDEX events_not_rolled_up ON events_normalized (seq) WHERE entity_ref IS NULL;

-- The events of an entity by hour, in one row that every insert of events keeps in step, in its own transaction.
CREATE TABLE hourly_rollups (
    entity_ref bigint NOT NULL REFERENCES entities,
    hour timestamptz NOT NULL CHECK (hour = date_trunc('hour', hour, 'UTC')),
    -- In the unit of the entity.
    activity double precision NOT NULL,
    -- Units of output, where it is known: parcels, stock, entities of a batch; 0 when not.
    output double precision NOT NULL DEFAULT 0,
    co2_kg double precision NOT NULL,
    -- Of the events that report what they emitted: that, and what the model says of the same, with its uncertainty.
    reported_kg double precision NOT NULL DEFAULT 0,
    predicted_of_reported_kg double precision NOT NULL DEFAULT 0,
    uncertainty_of_reported_kg double precision NOT NULL DEFAULT 0,
    events integer NOT NULL CHECK (events > 0),
    -- Of them estimated or synthetic.
    estimated_events integer NOT NULL DEFAULT 0,
    max_event_seq bigint NOT NULL,
    -- The transaction that changed the row. A scan takes the rows of the transactions that ended since the last one, so
    -- that it reads only what is new, misses nothing, and writes nothing here.
    changed_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (entity_ref, hour)
);
CREATE INDEX hourly_rollups_by_change ON hourly_rollups (changed_by);
CREATE INDEX hourly_rollups_by_hour ON hourly_rollups (hour);

-- Times at which an entity emits more than is normal for it. One row for each episode.
CREATE TABLE hotspots (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    operator_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    entity_ref bigint NOT NULL REFERENCES entities,
    entity text NOT NULL,
    entity_type text NOT NULL,
    kind text NOT NULL,
    cause text NOT NULL CHECK (cause IN ('activity', 'efficiency', 'grid', 'factor', 'data')),
    -- The highest of the episode; it never falls.
    severity text NOT NULL CHECK (severity IN ('info', 'warn', 'critical')),
    -- That of the last hour; null when it is normal.
    current_severity text CHECK (current_severity IN ('info', 'warn', 'critical')),
    -- watching: abnormal at info only; it has no alert yet.
    status text NOT NULL CHECK (status IN ('watching', 'open', 'acknowledged', 'resolved', 'ignored')),
    -- What it was compared with.
    basis text NOT NULL CHECK (basis IN ('baseline', 'prediction', 'both')),
    -- Of the worst hour: what was emitted, what is normal, kg CO2e.
    predicted_co2 double precision NOT NULL,
    baseline_co2 double precision NOT NULL,
    percent_above double precision NOT NULL,
    score double precision NOT NULL,
    -- Of the baseline, 0 to 1.
    confidence double precision NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    -- Over the episode, kg CO2e above what is normal.
    impact_kg double precision NOT NULL,
    -- The event with the most emissions of the worst hour; null for a region.
    event_id text,
    -- The first abnormal hour, and the last one that was judged.
    first_hour timestamptz NOT NULL,
    last_hour timestamptz NOT NULL,
    reopened integer NOT NULL DEFAULT 0 CHECK (reopened >= 0),
    flapping boolean NOT NULL DEFAULT false,
    -- No data for six hours.
    stale boolean NOT NULL DEFAULT false,
    -- The region's hotspot that explains this entity's emissions.
    region_hotspot_id uuid REFERENCES hotspots,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    acknowledged_at timestamptz,
    acknowledged_by text,
    -- Acknowledged or ignored until then; null: until it is resolved.
    until timestamptz,
    note text,
    resolved_at timestamptz
);
CREATE UNIQUE INDEX one_open_hotspot ON hotspots (operator_id, entity_ref, cause) WHERE status IN ('watching', 'open', 'acknowledged', 'ignored');
CREATE INDEX hotspots_by_time ON hotspots (created_at DESC, id DESC);
CREATE INDEX hotspots_of_entity ON hotspots (entity_ref, created_at DESC);

-- The history of hotspots. Only added to.
CREATE TABLE hotspot_transitions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hotspot_id uuid NOT NULL REFERENCES hotspots,
    transition text NOT NULL CHECK (transition IN
        ('watching', 'opened', 'escalated', 'acknowledged', 'resolved', 'reopened', 'flapping', 'ignored', 'accepted_as_normal')),
    severity text NOT NULL CHECK (severity IN ('info', 'warn', 'critical')),
    score double precision NOT NULL,
    percent_above double precision NOT NULL,
    -- The hour that was judged; for what a person did the hour of the hotspot's last one.
    hour timestamptz NOT NULL,
    -- Who did it; empty for the scan.
    user_id text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX transitions_of_hotspot ON hotspot_transitions (hotspot_id, id);

-- Every action, under the seed's names. Only added to.
CREATE TABLE audit_logs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    action text NOT NULL CHECK (length(action) BETWEEN 1 AND 100),
    -- hotspot, alert, silence, recommendation, baseline, shift.
    entity_type text NOT NULL,
    entity_id text NOT NULL,
    -- Empty for Pylon itself.
    user_id text NOT NULL DEFAULT '',
    notes text NOT NULL DEFAULT '',
    metadata jsonb NOT NULL DEFAULT '{}',
    "timestamp" timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_of_entity ON audit_logs (entity_type, entity_id, id DESC);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END;
$$;
CREATE TRIGGER audit_logs_only_added BEFORE UPDATE OR DELETE ON audit_logs FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_logs_not_truncated BEFORE TRUNCATE ON audit_logs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transitions_only_added BEFORE UPDATE OR DELETE ON hotspot_transitions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transitions_not_truncated BEFORE TRUNCATE ON hotspot_transitions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
