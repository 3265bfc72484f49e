-- Constraints that leave fewer than three options, and the outcome of workloads that have run.

-- How long before its submission a workload counts as due. Each is taken up before what is less urgent and has not waited
-- the difference longer, so nothing waits for ever.
CREATE FUNCTION head_start(urgency text) RETURNS interval LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE urgency WHEN 'CRITICAL' THEN interval '2 hours' WHEN 'HIGH' THEN interval '1 hour' ELSE interval '0' END;

ALTER TABLE compute_workloads DISABLE TRIGGER USER;
ALTER TABLE compute_workloads
    ADD COLUMN infeasibility jsonb CHECK (jsonb_typeof(infeasibility) = 'object'),
    ADD COLUMN outcome jsonb CHECK (jsonb_typeof(outcome) = 'object'),
    ADD COLUMN baseline_region_id smallint CHECK (baseline_region_id BETWEEN 1 AND 17),
    ADD COLUMN baseline_gco2 double precision CHECK (is_amount(baseline_gco2)),
    ADD COLUMN baseline_gbp double precision CHECK (baseline_gbp > '-Infinity' AND baseline_gbp < 'Infinity'),
    ADD COLUMN saved_gco2 double precision CHECK (saved_gco2 > '-Infinity' AND saved_gco2 < 'Infinity'),
    ADD COLUMN saved_gbp double precision CHECK (saved_gbp > '-Infinity' AND saved_gbp < 'Infinity'),
    ADD COLUMN outcome_estimated boolean;
UPDATE compute_workloads w SET operator_id = u.operator_id FROM users u WHERE u.id = w.user_id AND w.operator_id IS NULL AND u.operator_id IS NOT NULL;
ALTER TABLE compute_workloads ENABLE TRIGGER USER;
COMMENT ON COLUMN compute_workloads.infeasibility IS 'proto3 JSON of pylon.orchestrator.v1.Infeasibility: why three options cannot be offered. Source: the Orchestrator.';
COMMENT ON COLUMN compute_workloads.outcome IS 'proto3 JSON of pylon.orchestrator.v1.Outcome; the columns beside it hold its sums. Source: the Orchestrator, when the batch run has ended.';
COMMENT ON COLUMN compute_workloads.actual_energy_kwh IS 'kWh that it took, of outcome.';
COMMENT ON COLUMN compute_workloads.actual_carbon_gco2 IS 'gCO2 that it emitted, of outcome.';
COMMENT ON COLUMN compute_workloads.actual_cost_gbp IS 'GBP that its energy cost, of outcome.';
COMMENT ON COLUMN compute_workloads.baseline_region_id IS 'The region of the baseline; NULL for Great Britain.';
COMMENT ON COLUMN compute_workloads.baseline_gco2 IS 'gCO2 of the same energy, started at the submission where it was submitted.';
COMMENT ON COLUMN compute_workloads.baseline_gbp IS 'GBP of the same.';
COMMENT ON COLUMN compute_workloads.saved_gco2 IS 'gCO2: baseline minus actual; below 0 when it was worse.';
COMMENT ON COLUMN compute_workloads.saved_gbp IS 'GBP: baseline minus actual; below 0 when it was dearer.';
COMMENT ON COLUMN compute_workloads.outcome_estimated IS 'True when a part of the outcome is estimated or assumed.';

-- Changed, not replaced, so that its other rules stay as the migrations before have left them.
DO $$
DECLARE
    rule record;
    before text := pg_get_functiondef('compute_workloads_transition'::regproc);
    after text;
BEGIN
    FOR rule IN SELECT * FROM (VALUES
        ('CASE NEW.urgency WHEN ''HIGH'' THEN interval ''1 hour'' ELSE interval ''0'' END', 'coalesce(orchestrator.head_start(NEW.urgency), interval ''0'')'),
        ('IF NEW.urgency = ''HIGH'' AND NEW.status = ''queued''', 'IF orchestrator.head_start(NEW.urgency) > interval ''0'' AND NEW.status = ''queued'''),
        ('NEW.due_at := NEW.due_at - interval ''1 hour'';', 'NEW.due_at := NEW.due_at - orchestrator.head_start(NEW.urgency);'),
        ('NEW.resume_status := NULL;', 'NEW.resume_status := NULL;' || E'\n        NEW.infeasibility := NULL;')) AS r (old, new)
    LOOP
        after := replace(before, rule.old, rule.new);
        IF after = before THEN
            RAISE EXCEPTION 'compute_workloads_transition does not have: %', rule.old;
        END IF;
        before := after;
    END LOOP;
    EXECUTE before;
END $$;

-- A workload counts for the operator of its user, unless it names another.
CREATE FUNCTION take_operator_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.operator_id := (SELECT u.operator_id FROM orchestrator.users u WHERE u.id = NEW.user_id);
    RETURN NEW;
END $$;
-- After link_user, by its name.
CREATE TRIGGER take_operator_of_user BEFORE INSERT ON compute_workloads
    FOR EACH ROW WHEN (NEW.operator_id IS NULL) EXECUTE FUNCTION take_operator_of_user();

-- What shapes the offers of users and operators. Keys that are not listed here are ignored.
CREATE FUNCTION is_number_key(object jsonb, key text, lowest double precision, highest double precision) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN NOT object ? key OR jsonb_typeof(object -> key) = 'null'
        OR (jsonb_typeof(object -> key) = 'number' AND (object ->> key)::numeric BETWEEN lowest::numeric AND highest::numeric);

CREATE FUNCTION is_text_list_key(object jsonb, key text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN NOT object ? key OR (jsonb_typeof(object -> key) = 'array' AND jsonb_array_length(object -> key) <= 500
        AND NOT jsonb_path_exists(object -> key, '$[*] ? (@.type() != "string")'));

CREATE FUNCTION are_preferences(value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN is_number_key(value, 'max_carbon_intensity', 0, 100000)
        AND (NOT value ? 'prefer_renewable' OR jsonb_typeof(value -> 'prefer_renewable') IN ('boolean', 'null'))
        AND (is_number_key(value, 'cost_priority', 0, 1) OR value ->> 'cost_priority' IN ('low', 'medium', 'high'));

CREATE FUNCTION are_constraints(value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN value IS NULL OR jsonb_typeof(value) = 'null' OR (jsonb_typeof(value) = 'object'
        AND is_number_key(value, 'max_carbon_intensity', 0, 100000) AND is_number_key(value, 'min_renewable_mix', 0, 100)
        AND is_text_list_key(value, 'allowed_zones') AND is_text_list_key(value, 'blocked_zones'));

-- Rows that are there already keep what cannot be read under another key.
UPDATE users SET preferences = jsonb_build_object('unreadable', preferences) WHERE NOT are_preferences(preferences);
UPDATE operators SET metadata = (metadata - 'constraints') || jsonb_build_object('unreadable_constraints', metadata -> 'constraints')
WHERE NOT are_constraints(metadata -> 'constraints');
ALTER TABLE users ADD CONSTRAINT preferences_can_be_read CHECK (are_preferences(preferences));
ALTER TABLE operators ADD CONSTRAINT constraints_can_be_read CHECK (are_constraints(metadata -> 'constraints'));
COMMENT ON COLUMN users.preferences IS 'A JSON object that shapes the order of options: max_carbon_intensity (gCO2/kWh), prefer_renewable (boolean), cost_priority (0 to 1, or low, medium, high). Other keys are ignored.';
COMMENT ON COLUMN operators.metadata IS 'A JSON object; its object constraints limits what is offered to the operator''s users: max_carbon_intensity (gCO2/kWh), min_renewable_mix (per cent), allowed_zones and blocked_zones (grid zone codes). Other keys are ignored.';

-- What a workload took in each half hour.
CREATE TABLE workload_energy_consumption (
    workload_id uuid NOT NULL REFERENCES compute_workloads ON DELETE CASCADE,
    phase text NOT NULL CHECK (is_name(phase, 200)),
    grid_signal_id text CHECK (is_text(grid_signal_id, 200)),
    regional_signal_id text CHECK (is_text(regional_signal_id, 200)),
    energy_consumed_kwh double precision NOT NULL CHECK (is_amount(energy_consumed_kwh)),
    carbon_emitted_gco2 double precision CHECK (is_amount(carbon_emitted_gco2)),
    cost_gbp double precision CHECK (cost_gbp > '-Infinity' AND cost_gbp < 'Infinity'),
    estimated boolean NOT NULL,
    period_start timestamptz NOT NULL CHECK (is_time(period_start)),
    period_end timestamptz NOT NULL CHECK (is_time(period_end) AND period_end >= period_start),
    PRIMARY KEY (workload_id, phase, period_start)
);
COMMENT ON TABLE workload_energy_consumption IS 'The energy of each phase in each half hour, with its emissions and cost. Source: the reports of workers and the signals of Ingestion.';
COMMENT ON COLUMN workload_energy_consumption.grid_signal_id IS 'The half hour of the price at Ingestion, as series:time; NULL for the price of a booked offer, or without a price.';
COMMENT ON COLUMN workload_energy_consumption.regional_signal_id IS 'The half hour of the carbon intensity at Ingestion, as series:region_id:time; region 18 is Great Britain. NULL without one.';
COMMENT ON COLUMN workload_energy_consumption.estimated IS 'True when the energy, its time, the carbon intensity or the price is estimated, assumed or a forecast.';

-- When the outcome of a run is computed next; while an instance computes it, the end of its lease.
ALTER TABLE workload_runs ADD COLUMN outcome_due_at timestamptz CHECK (is_time(outcome_due_at));
COMMENT ON COLUMN workload_runs.outcome_due_at IS 'When the outcome is computed next; NULL for never.';
CREATE INDEX workload_runs_outcome_due ON workload_runs (outcome_due_at) WHERE outcome_due_at IS NOT NULL;

CREATE FUNCTION request_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.outcome_due_at := now();
    PERFORM pg_notify('outcome_due', '');
    RETURN NEW;
END $$;
CREATE TRIGGER request_outcome BEFORE UPDATE ON workload_runs
    FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL AND (OLD.state <> NEW.state OR OLD.progress <> NEW.progress))
    EXECUTE FUNCTION request_outcome();
