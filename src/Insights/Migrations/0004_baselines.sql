-- What is normal for an entity at an hour of the week. Made from hourly_rollups; it can be made anew at any time.
CREATE TABLE baselines (
    entity_ref bigint NOT NULL REFERENCES entities,
    -- 0 to 167 from Monday 00:00 in the entity's time zone; 168 to 174 are whole days, of an entity with few hours.
    hour_of_week smallint NOT NULL CHECK (hour_of_week BETWEEN 0 AND 174),
    -- Median of the activity of at most eight weeks, in the unit of the entity.
    baseline_value double precision NOT NULL,
    -- 1.4826 times the median distance from it.
    sigma double precision NOT NULL,
    -- How far above baseline_value the activity goes and is still normal.
    band double precision NOT NULL,
    -- Median of kg CO2e for each unit of activity; null when not known.
    factor double precision,
    -- Median of the units of output; null when not known.
    output double precision,
    -- median of the hour of week, or median of the day of week.
    calculation_method text NOT NULL,
    sample_size smallint NOT NULL CHECK (sample_size BETWEEN 1 AND 8),
    confidence_score double precision NOT NULL CHECK (confidence_score BETWEEN 0 AND 1),
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (entity_ref, hour_of_week)
);

-- The entities whose baselines were made, also those that have too few weeks for one.
CREATE TABLE baseline_entities (
    entity_ref bigint PRIMARY KEY REFERENCES entities,
    time_zone text NOT NULL,
    -- True when whole days are compared.
    is_sparse boolean NOT NULL,
    -- Of all hours of the last weeks (of a sparse entity: days), in the unit of the entity.
    mean_activity double precision NOT NULL,
    -- What baselines has, by hour of week from 1, in one row: a scan holds a million hours against it. Null where too little is
    -- known for a hotspot.
    expected real[] NOT NULL DEFAULT '{}',
    band real[] NOT NULL DEFAULT '{}',
    -- The last hour that is in the baselines.
    through timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- What persons accepted as normal: the weeks before count as if they had been so.
CREATE TABLE accepted_levels (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entity_ref bigint NOT NULL REFERENCES entities,
    -- The activity of the hours before it is changed.
    before_hour timestamptz NOT NULL,
    -- Null for all hours of the week.
    hour_of_week smallint CHECK (hour_of_week BETWEEN 0 AND 174),
    -- The activity is multiplied by it, or, where it is null, level takes its place.
    ratio double precision CHECK (ratio >= 0 AND ratio < 'Infinity'),
    level double precision CHECK (level >= 0 AND level < 'Infinity'),
    hotspot_id uuid NOT NULL REFERENCES hotspots,
    user_id text NOT NULL DEFAULT '',
    at timestamptz NOT NULL DEFAULT now(),
    CHECK ((ratio IS NULL) <> (level IS NULL))
);
CREATE INDEX accepted_levels_of_entity ON accepted_levels (entity_ref);

-- The hours of a hotspot as they were judged: with what was normal then.
CREATE TABLE hotspot_hours (
    hotspot_id uuid NOT NULL REFERENCES hotspots,
    -- Of a sparse entity the date at 00:00 UTC.
    hour timestamptz NOT NULL,
    -- 0 normal, 1 info, 2 warn, 3 critical.
    level smallint NOT NULL CHECK (level BETWEEN 0 AND 3),
    score double precision NOT NULL,
    basis text NOT NULL,
    cause text NOT NULL,
    actual_kg double precision NOT NULL,
    expected_kg double precision NOT NULL,
    percent_above double precision NOT NULL,
    confidence double precision NOT NULL,
    -- In the unit of the entity.
    activity double precision NOT NULL,
    expected_activity double precision NOT NULL,
    PRIMARY KEY (hotspot_id, hour)
);

-- The entities whose emissions a region's hotspot explains.
CREATE TABLE hotspot_entities (
    hotspot_id uuid NOT NULL REFERENCES hotspots,
    entity_ref bigint NOT NULL REFERENCES entities,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (hotspot_id, entity_ref)
);
CREATE INDEX hotspot_entities_of_entity ON hotspot_entities (entity_ref);

-- How far a pass over changed roll-ups is. A pass takes the rows with changed_by from its begin on, the entities in the order
-- of entity_ref; the next one begins at its target. One that was killed goes on after the last entity that it committed.
CREATE TABLE rollup_marks (
    pass text PRIMARY KEY CHECK (pass IN ('scan', 'baselines')),
    changed_by xid8 NOT NULL DEFAULT '0',
    target xid8,
    after_entity bigint NOT NULL DEFAULT 0
);
INSERT INTO rollup_marks (pass) VALUES ('scan'), ('baselines');

-- The last hour of each region's carbon intensity that was judged.
CREATE TABLE region_marks (
    region_id smallint PRIMARY KEY CHECK (region_id BETWEEN 1 AND 18),
    judged timestamptz NOT NULL
);

-- The scans that ended.
CREATE TABLE hotspot_scans (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    -- Hotspots that were opened, re-opened or escalated, or that are watched from now on.
    hotspots_found integer NOT NULL,
    -- At most 100 of them.
    hotspots uuid[] NOT NULL
);

CREATE INDEX live_hotspots ON hotspots (entity_ref) WHERE status <> 'resolved';
