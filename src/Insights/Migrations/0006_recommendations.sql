-- The hotspots for which recommendations were made, so that they are made once, also when no measure fits.
CREATE TABLE recommendation_runs (
    hotspot_id uuid PRIMARY KEY REFERENCES hotspots,
    -- playbook, or rag for the external engine.
    engine text NOT NULL CHECK (engine IN ('playbook', 'rag')),
    -- Why the playbook answered although an external engine is configured.
    engine_reason text NOT NULL DEFAULT '',
    recommendations smallint NOT NULL CHECK (recommendations BETWEEN 0 AND 3),
    made_at timestamptz NOT NULL
);

-- What to do about a hotspot, under the seed's names; at most three for each.
CREATE TABLE recommendations (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    operator_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    hotspot_id uuid NOT NULL REFERENCES hotspots,
    entity_ref bigint NOT NULL REFERENCES entities,
    -- The entity, whatever its type.
    supplier_id text NOT NULL CHECK (length(supplier_id) BETWEEN 1 AND 200),
    entity_type text NOT NULL,
    kind text NOT NULL,
    cause text NOT NULL CHECK (cause IN ('activity', 'efficiency', 'grid', 'factor', 'data')),
    -- 1 for the best of its hotspot.
    rank smallint NOT NULL CHECK (rank BETWEEN 1 AND 3),
    -- The measure of the playbook and its lever; null when the external engine's words match none.
    playbook_id text CHECK (length(playbook_id) BETWEEN 1 AND 60),
    lever text CHECK (length(lever) BETWEEN 1 AND 60),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    description text NOT NULL CHECK (length(description) <= 200),
    -- kg CO2e in reduction_hours.
    co2_reduction double precision NOT NULL CHECK (co2_reduction >= 0 AND co2_reduction < 'Infinity'),
    -- 672 (28 days) for the playbook, 1 (the worst hour) for the external engine.
    reduction_hours smallint NOT NULL CHECK (reduction_hours > 0),
    reduction_status text NOT NULL CHECK (reduction_status IN ('simulated', 'typical', 'claimed', 'agreed', 'disputed')),
    cost_impact text NOT NULL CHECK (length(cost_impact) <= 50),
    feasibility smallint NOT NULL CHECK (feasibility BETWEEN 0 AND 10),
    confidence double precision NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    root_cause text NOT NULL CHECK (length(root_cause) <= 500),
    engine text NOT NULL CHECK (engine IN ('playbook', 'rag')),
    engine_reason text NOT NULL DEFAULT '',
    -- kg CO2e over 28 days; null when nothing could be simulated.
    simulated_kg double precision,
    low_kg double precision,
    high_kg double precision,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN
        ('pending', 'approved', 'rejected', 'implemented', 'verified', 'no_effect', 'worse', 'not_measurable', 'expired')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- Who approved or rejected it; empty when nobody said who.
    decided_by text NOT NULL DEFAULT '' CHECK (length(decided_by) <= 200),
    decided_at timestamptz,
    -- Of the decision.
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
    implemented_by text NOT NULL DEFAULT '' CHECK (length(implemented_by) <= 200),
    implemented_at timestamptz,
    -- Of the 28 days before the approval, frozen with it: kg for each unit of activity, activity for each unit of output.
    frozen_factor double precision,
    frozen_activity_per_output double precision,
    -- The outcome. Kg CO2e saved in the days after, negative when more was emitted.
    measured_at timestamptz,
    measured_kg double precision,
    -- 1 - mean after / mean before.
    measured_effect double precision,
    -- Of Welch's test, with its degrees of freedom.
    measured_t double precision,
    measured_df double precision,
    measured_days_before smallint,
    measured_days_after smallint,
    measured_basis text CHECK (measured_basis IN ('activity', 'efficiency', 'factor', 'profile')),
    measured_reason text,
    UNIQUE (hotspot_id, rank),
    CHECK ((status IN ('pending', 'expired')) = (decided_at IS NULL)),
    CHECK (status <> 'rejected' OR note <> ''),
    CHECK ((status IN ('implemented', 'verified', 'no_effect', 'worse', 'not_measurable')) = (implemented_at IS NOT NULL)),
    CHECK ((status IN ('verified', 'no_effect', 'worse', 'not_measurable')) = (measured_at IS NOT NULL))
);
CREATE INDEX recommendations_by_time ON recommendations (created_at DESC, id DESC);
CREATE INDEX recommendations_by_status ON recommendations (status, created_at DESC, id DESC);
CREATE INDEX recommendations_of_entity ON recommendations (entity_ref, status);
CREATE INDEX recommendations_to_expire ON recommendations (expires_at) WHERE status = 'pending';
CREATE INDEX recommendations_to_measure ON recommendations (implemented_at) WHERE status = 'implemented';

-- What was normal for the entity when a recommendation was approved. Never changed.
CREATE TABLE recommendation_baselines (
    recommendation_id uuid NOT NULL REFERENCES recommendations,
    -- 0 is Monday 0 o'clock in the time zone of the entity; 168 to 174 are the days of an entity that is too sparse for hours.
    hour_of_week smallint NOT NULL CHECK (hour_of_week BETWEEN 0 AND 174),
    -- The median of the last eight weeks, in the unit of the entity.
    expected_activity double precision NOT NULL,
    samples smallint NOT NULL CHECK (samples >= 2),
    PRIMARY KEY (recommendation_id, hour_of_week)
);
CREATE TRIGGER recommendation_baselines_only_added BEFORE UPDATE OR DELETE ON recommendation_baselines FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Wakes the worker. Once for each statement, however many hotspots it changes.
CREATE FUNCTION notify_recommendation_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY recommendation_due;
    RETURN NULL;
END;
$$;
CREATE TRIGGER hotspots_need_recommendations AFTER INSERT OR UPDATE OF severity, status ON hotspots
    FOR EACH STATEMENT EXECUTE FUNCTION notify_recommendation_due();
