-- The registry: idempotent creation, rows as the seeds' own scripts write them, the seeds' views, and what the synthetic
-- world needs.

-- Two requests with one request_id are one; the hash tells a repeated request from another one.
ALTER TABLE operators ADD COLUMN request_id uuid UNIQUE, ADD COLUMN request_hash text;
ALTER TABLE users ADD COLUMN request_id uuid UNIQUE, ADD COLUMN request_hash text;
ALTER TABLE data_centres ADD COLUMN request_id uuid UNIQUE, ADD COLUMN request_hash text;
ALTER TABLE storage_assets ADD COLUMN request_id uuid UNIQUE, ADD COLUMN request_hash text;
ALTER TABLE agents ADD COLUMN request_id uuid UNIQUE, ADD COLUMN request_hash text;

-- The seeds write and name conflicts by operator_name and user_email, so these are columns of their own that agree with
-- name and email: whichever of the two is given becomes both.
ALTER TABLE operators ALTER COLUMN operator_name DROP EXPRESSION;
ALTER TABLE operators
    ALTER COLUMN operator_name SET NOT NULL,
    ADD UNIQUE (operator_name),
    ADD CONSTRAINT names_agree CHECK (operator_name = name);
CREATE FUNCTION agree_operator_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.name := coalesce(NEW.name, NEW.operator_name);
        NEW.operator_name := coalesce(NEW.operator_name, NEW.name);
    ELSIF NEW.operator_name = OLD.operator_name THEN
        NEW.operator_name := NEW.name;
    ELSIF NEW.name = OLD.name THEN
        NEW.name := NEW.operator_name;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agree_operator_name BEFORE INSERT OR UPDATE ON operators FOR EACH ROW EXECUTE FUNCTION agree_operator_name();

ALTER TABLE users ALTER COLUMN user_email DROP EXPRESSION;
ALTER TABLE users
    ALTER COLUMN user_email SET NOT NULL,
    ADD UNIQUE (user_email),
    ADD CONSTRAINT emails_agree CHECK (user_email = email);
CREATE FUNCTION agree_user_email() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.email := coalesce(NEW.email, NEW.user_email);
        NEW.user_email := coalesce(NEW.user_email, NEW.email);
    ELSIF NEW.user_email = OLD.user_email THEN
        NEW.user_email := NEW.email;
    ELSIF NEW.email = OLD.email THEN
        NEW.email := NEW.user_email;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agree_user_email BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION agree_user_email();

-- A workload as the seed inserts it: named by its job_id, PENDING or QUEUED, and with its time of creation. The trigger runs
-- before compute_workloads_transition, which looks at the status.
ALTER TABLE compute_workloads ALTER COLUMN created_at DROP EXPRESSION;
CREATE FUNCTION accept_seed_workload() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.workload_name := coalesce(NEW.workload_name, NEW.job_id);
        NEW.status := CASE WHEN NEW.status IN ('PENDING', 'QUEUED') THEN 'queued' ELSE NEW.status END;
        NEW.submitted_at := coalesce(NEW.created_at, NEW.submitted_at);
    END IF;
    NEW.created_at := NEW.submitted_at;
    RETURN NEW;
END $$;
CREATE TRIGGER accept_seed_workload BEFORE INSERT OR UPDATE OF submitted_at, created_at ON compute_workloads
    FOR EACH ROW EXECUTE FUNCTION accept_seed_workload();

-- Where a workload is, in one word of the seeds' views; run_state is that of its row in workload_runs.
CREATE FUNCTION workload_stage(status text, run_state text, completed_at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN status IN ('failed', 'cancelled') THEN status
        WHEN completed_at IS NOT NULL OR run_state = 'completed' THEN 'completed'
        WHEN status = 'scheduled' THEN CASE WHEN run_state IN ('failed', 'cancelled') THEN run_state ELSE 'running' END
        ELSE 'pending' END;

-- The synthetic world is in no sum: neither its rows nor what is of it in a row of somebody else.
CREATE VIEW counted_workloads AS
    SELECT w.id, w.user_id, w.operator_id, w.status, w.submitted_at, workload_stage(w.status, r.state, w.completed_at) AS stage,
           coalesce(w.actual_energy_kwh, w.estimated_energy_kwh) AS energy_kwh, w.actual_carbon_gco2, w.actual_cost_gbp, w.saved_gco2, w.saved_gbp
    FROM compute_workloads w LEFT JOIN workload_runs r ON r.workload_id = w.id
    WHERE w.source <> 'synthetic';
COMMENT ON VIEW counted_workloads IS 'What the summaries count: every workload that is not synthetic.';

DROP VIEW user_workload_summary;
CREATE VIEW user_workload_summary AS
    SELECT u.id, u.user_email, u.user_name, o.operator_name,
           w.total_workloads, w.completed_workloads, w.running_workloads, w.pending_workloads, w.total_energy_kwh, w.total_carbon_kg,
           u.created_at, u.updated_at,
           u.id AS user_id, u.operator_id, u.is_active, w.total_cost_gbp, w.saved_carbon_kg, w.saved_gbp,
           w.total_workloads AS workloads, w.open_workloads, w.scheduled_workloads, w.failed_workloads, w.last_submitted_at
    FROM users u LEFT JOIN operators o ON o.id = u.operator_id CROSS JOIN LATERAL (
        SELECT count(*) AS total_workloads,
               count(*) FILTER (WHERE stage = 'completed') AS completed_workloads,
               count(*) FILTER (WHERE stage = 'running') AS running_workloads,
               count(*) FILTER (WHERE stage = 'pending') AS pending_workloads,
               coalesce(sum(energy_kwh), 0) AS total_energy_kwh,
               coalesce(sum(actual_carbon_gco2), 0) / 1000 AS total_carbon_kg,
               coalesce(sum(actual_cost_gbp), 0) AS total_cost_gbp,
               coalesce(sum(saved_gco2), 0) / 1000 AS saved_carbon_kg,
               coalesce(sum(saved_gbp), 0) AS saved_gbp,
               count(*) FILTER (WHERE status IN ('queued', 'processing', 'pending_user_choice', 'choosing', 'cancelling')) AS open_workloads,
               count(*) FILTER (WHERE status = 'scheduled') AS scheduled_workloads,
               count(*) FILTER (WHERE status = 'failed') AS failed_workloads,
               max(submitted_at) AS last_submitted_at
        FROM counted_workloads WHERE user_id = u.id) w
    WHERE u.source <> 'synthetic';
COMMENT ON VIEW user_workload_summary IS
    'Workloads of each user: pending until they are scheduled, then running until they are completed. Energy is the actual, else the estimated; carbon, cost and savings are of workloads with an outcome. Without the synthetic world.';

DROP VIEW operator_summary;
CREATE VIEW operator_summary AS
    SELECT o.id, o.operator_name, o.operator_type, o.is_active, u.user_count, a.asset_count, w.workload_count, w.active_workloads,
           o.created_at, o.updated_at,
           o.id AS operator_id, w.total_energy_kwh, w.total_carbon_kg, w.total_cost_gbp, w.saved_carbon_kg, w.saved_gbp,
           u.user_count AS users, w.workload_count AS workloads, w.scheduled_workloads
    FROM operators o
    CROSS JOIN LATERAL (SELECT count(*) AS user_count FROM users WHERE operator_id = o.id AND source <> 'synthetic') u
    CROSS JOIN LATERAL (
        SELECT (SELECT count(*) FROM data_centres WHERE operator_id = o.id AND source <> 'synthetic')
             + (SELECT count(*) FROM storage_assets WHERE operator_id = o.id AND source <> 'synthetic') AS asset_count) a
    CROSS JOIN LATERAL (
        SELECT count(*) AS workload_count,
               count(*) FILTER (WHERE stage IN ('pending', 'running')) AS active_workloads,
               count(*) FILTER (WHERE status = 'scheduled') AS scheduled_workloads,
               coalesce(sum(energy_kwh), 0) AS total_energy_kwh,
               coalesce(sum(actual_carbon_gco2), 0) / 1000 AS total_carbon_kg,
               coalesce(sum(actual_cost_gbp), 0) AS total_cost_gbp,
               coalesce(sum(saved_gco2), 0) / 1000 AS saved_carbon_kg,
               coalesce(sum(saved_gbp), 0) AS saved_gbp
        FROM (
            SELECT * FROM counted_workloads WHERE operator_id = o.id
            UNION ALL
            SELECT c.* FROM users m JOIN counted_workloads c ON c.user_id = m.id WHERE m.operator_id = o.id AND c.operator_id IS NULL) counted) w
    WHERE o.source <> 'synthetic';
COMMENT ON VIEW operator_summary IS
    'Users, data centres and storage assets, and workloads of each operator: those that name it, and those of its users that name none. Active workloads are neither completed, failed nor cancelled. Without the synthetic world.';

-- What Ingestion says of the current half hour, kept here because no service reads the schema of another (ADR 0017).
CREATE TABLE grid_now (
    is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
    window_start timestamptz NOT NULL CHECK (is_time(window_start)),
    window_end timestamptz NOT NULL CHECK (is_time(window_end) AND window_end > window_start),
    carbon_intensity_gco2_kwh double precision CHECK (is_amount(carbon_intensity_gco2_kwh)),
    carbon_intensity_source text,
    demand_mw double precision CHECK (is_amount(demand_mw)),
    demand_source text,
    grid_stress_score double precision CHECK (is_share(grid_stress_score)),
    system_price_gbp_mwh double precision CHECK (system_price_gbp_mwh > '-Infinity' AND system_price_gbp_mwh < 'Infinity'),
    system_price_source text,
    is_synthetic boolean NOT NULL,
    as_of timestamptz NOT NULL CHECK (is_time(as_of))
);
COMMENT ON TABLE grid_now IS 'The national grid in the half hour of window_start, as Ingestion said at as_of; one row. A value that no source gave is NULL. Source: GridService.GetNationalGrid, every minute.';

CREATE VIEW v_system_state AS
    SELECT (SELECT count(*) FROM data_centres WHERE status = 'ACTIVE') AS active_dcs,
           w.active_workloads,
           (SELECT count(*) FROM agents WHERE status <> 'OFFLINE') AS online_agents,
           g.carbon_intensity_gco2_kwh AS current_carbon_intensity,
           g.grid_stress_score AS current_grid_stress,
           g.system_price_gbp_mwh AS current_price,
           (SELECT count(*) FROM data_centres WHERE status = 'ACTIVE' AND source = 'synthetic') AS synthetic_active_dcs,
           w.synthetic_active_workloads,
           (SELECT count(*) FROM agents WHERE status <> 'OFFLINE' AND source = 'synthetic') AS synthetic_online_agents,
           g.carbon_intensity_source, g.system_price_source, g.is_synthetic AS is_grid_synthetic, g.as_of AS grid_as_of
    FROM (
        SELECT count(*) AS active_workloads, count(*) FILTER (WHERE c.source = 'synthetic') AS synthetic_active_workloads
        FROM compute_workloads c LEFT JOIN workload_runs r ON r.workload_id = c.id
        WHERE c.status NOT IN ('failed', 'cancelled') AND workload_stage(c.status, r.state, c.completed_at) IN ('pending', 'running')) w
    LEFT JOIN grid_now g ON g.window_end > now();
COMMENT ON VIEW v_system_state IS
    'The system now; a count includes what is synthetic, which has a count beside it. The grid is that of grid_now, NULL when that half hour is over.';

-- One row while there is, or was, a synthetic world: a world that was removed is not made again by a start.
CREATE TABLE synthetic_world (
    is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
    seed integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now() CHECK (is_time(created_at)),
    removed_at timestamptz CHECK (is_time(removed_at))
);
COMMENT ON TABLE synthetic_world IS 'The seed of the synthetic world, and when it was made and removed. Source: the Orchestrator.';
CREATE INDEX compute_workloads_synthetic ON compute_workloads (submitted_at, id) WHERE source = 'synthetic';
