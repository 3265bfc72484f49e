-- The ontology: who owns what, and where it stands. Names and shapes are those of the seeds' own schema, so that scripts
-- written for it run; what is longer or free there is bounded here, so that every row can be read.
-- Links between objects are foreign keys; regions are Ingestion's and are known here by region_id (1 to 17).

CREATE FUNCTION is_share(value double precision) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN value BETWEEN 0 AND 1;

-- Finite and not below zero; NaN is above every number.
CREATE FUNCTION is_amount(value double precision) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN value >= 0 AND value < 'Infinity';

CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END $$;

-- Operators and users: the columns that the first version did not have.
ALTER TABLE operators
    ADD COLUMN operator_name text GENERATED ALWAYS AS (name) STORED,
    ADD COLUMN operator_type text CHECK (operator_type IN ('COMPUTE_OPERATOR', 'GRID_OPERATOR', 'STORAGE_OPERATOR', 'AGGREGATOR',
        'data_center', 'cloud_provider', 'research_institution', 'enterprise')),
    ADD COLUMN email text UNIQUE CHECK (is_email(email)),
    ADD COLUMN api_key_hash text CHECK (length(api_key_hash) <= 200),
    ADD COLUMN contact_email text CHECK (is_email(contact_email)),
    ADD COLUMN contact_phone text CHECK (is_text(contact_phone, 50)),
    ADD COLUMN address jsonb CHECK (jsonb_typeof(address) = 'object'),
    ADD COLUMN region_id smallint CHECK (region_id BETWEEN 1 AND 17),
    ADD COLUMN is_active boolean NOT NULL DEFAULT true,
    ADD COLUMN source text NOT NULL DEFAULT 'user' CHECK (source IN ('user', 'synthetic')),
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now() CHECK (is_time(updated_at));
COMMENT ON COLUMN operators.operator_name IS 'The name, under the name that the later seed gives it.';
COMMENT ON COLUMN operators.source IS 'synthetic for a row of the synthetic world, which one command removes.';
CREATE TRIGGER operators_touched BEFORE UPDATE ON operators FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

ALTER TABLE users
    ADD COLUMN user_email text GENERATED ALWAYS AS (email) STORED,
    ADD COLUMN user_name text CHECK (is_text(user_name, 200)),
    ADD COLUMN role text CHECK (role IN ('admin', 'researcher', 'developer', 'analyst')),
    ADD COLUMN is_active boolean NOT NULL DEFAULT true,
    ADD COLUMN metadata jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    ADD COLUMN source text NOT NULL DEFAULT 'user' CHECK (source IN ('user', 'synthetic')),
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now() CHECK (is_time(updated_at));
COMMENT ON COLUMN users.user_email IS 'The e-mail address, under the name that the seed gives it.';
COMMENT ON COLUMN users.preferences IS 'A JSON object: max_carbon_intensity (gCO2/kWh), prefer_renewable (boolean), cost_priority (0 to 1, or low, medium, high).';
COMMENT ON COLUMN operators.metadata IS 'A JSON object; its object constraints limits what is offered to the operator''s users.';
CREATE TRIGGER users_touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE data_centres (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    dc_id text NOT NULL UNIQUE CHECK (is_name(dc_id, 100)),
    name text NOT NULL CHECK (is_name(name, 200)),
    operator_id uuid REFERENCES operators ON DELETE SET NULL,
    region_id smallint CHECK (region_id BETWEEN 1 AND 17),
    location_region text CHECK (is_text(location_region, 200)),
    postcode text CHECK (is_text(postcode, 20)),
    pue double precision NOT NULL DEFAULT 1.5 CHECK (pue BETWEEN 1 AND 3),
    total_capacity_teraflops double precision CHECK (is_amount(total_capacity_teraflops)),
    total_capacity_mw double precision CHECK (is_amount(total_capacity_mw)),
    flexibility_rating double precision CHECK (is_share(flexibility_rating)),
    min_load_percentage double precision NOT NULL DEFAULT 10 CHECK (min_load_percentage BETWEEN 0 AND 100),
    ramp_rate_mw_per_min double precision CHECK (is_amount(ramp_rate_mw_per_min)),
    current_load_percentage double precision CHECK (current_load_percentage BETWEEN 0 AND 100),
    current_carbon_intensity double precision CHECK (is_amount(current_carbon_intensity)),
    status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'MAINTENANCE', 'OFFLINE', 'CONSTRAINED')),
    metadata jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    source text NOT NULL DEFAULT 'user' CHECK (source IN ('user', 'synthetic')),
    created_at timestamptz NOT NULL DEFAULT now() CHECK (is_time(created_at)),
    updated_at timestamptz NOT NULL DEFAULT now() CHECK (is_time(updated_at))
);
COMMENT ON TABLE data_centres IS 'Compute facilities and their present state. Source: RegistryService, plain SQL, the synthetic world.';
COMMENT ON COLUMN data_centres.current_carbon_intensity IS 'gCO2/kWh as somebody wrote it; decisions use that of the region at the time instead.';
CREATE INDEX data_centres_operator_idx ON data_centres (operator_id);
CREATE TRIGGER data_centres_touched BEFORE UPDATE ON data_centres FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE storage_assets (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    asset_id text NOT NULL UNIQUE CHECK (is_name(asset_id, 100)),
    name text NOT NULL CHECK (is_name(name, 200)),
    operator_id uuid REFERENCES operators ON DELETE SET NULL,
    region_id smallint CHECK (region_id BETWEEN 1 AND 17),
    capacity_mwh double precision NOT NULL CHECK (is_amount(capacity_mwh)),
    max_charge_rate_mw double precision CHECK (is_amount(max_charge_rate_mw)),
    max_discharge_rate_mw double precision CHECK (is_amount(max_discharge_rate_mw)),
    efficiency_percentage double precision NOT NULL DEFAULT 90 CHECK (efficiency_percentage BETWEEN 0 AND 100),
    current_charge_mwh double precision CHECK (is_amount(current_charge_mwh) AND current_charge_mwh <= capacity_mwh),
    current_charge_percentage double precision CHECK (current_charge_percentage BETWEEN 0 AND 100),
    status text NOT NULL DEFAULT 'IDLE' CHECK (status IN ('IDLE', 'CHARGING', 'DISCHARGING', 'MAINTENANCE', 'OFFLINE')),
    metadata jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    source text NOT NULL DEFAULT 'user' CHECK (source IN ('user', 'synthetic')),
    created_at timestamptz NOT NULL DEFAULT now() CHECK (is_time(created_at)),
    updated_at timestamptz NOT NULL DEFAULT now() CHECK (is_time(updated_at))
);
COMMENT ON TABLE storage_assets IS 'Batteries and other storage. Source: RegistryService, plain SQL, the synthetic world.';
CREATE INDEX storage_assets_operator_idx ON storage_assets (operator_id);
CREATE TRIGGER storage_assets_touched BEFORE UPDATE ON storage_assets FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE agents (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    agent_id text NOT NULL UNIQUE CHECK (is_name(agent_id, 100)),
    name text NOT NULL CHECK (is_name(name, 200)),
    agent_type text NOT NULL CHECK (agent_type IN ('COMPUTE_ORCHESTRATOR', 'GRID_OPERATOR', 'STORAGE_AGENT', 'FLEXIBILITY_AGENT', 'CARBON_OPTIMIZER')),
    operator_id uuid REFERENCES operators ON DELETE SET NULL,
    config jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(config) = 'object'),
    status text NOT NULL DEFAULT 'IDLE' CHECK (status IN ('IDLE', 'ACTIVE', 'NEGOTIATING', 'EXECUTING', 'ERROR', 'OFFLINE')),
    last_action_at timestamptz CHECK (is_time(last_action_at)),
    current_task text CHECK (is_text(current_task, 1000)),
    source text NOT NULL DEFAULT 'user' CHECK (source IN ('user', 'synthetic')),
    created_at timestamptz NOT NULL DEFAULT now() CHECK (is_time(created_at)),
    updated_at timestamptz NOT NULL DEFAULT now() CHECK (is_time(updated_at))
);
COMMENT ON TABLE agents IS 'Programs that decide. The Orchestrator is one of them. Source: RegistryService, plain SQL, the synthetic world.';
CREATE INDEX agents_operator_idx ON agents (operator_id);
CREATE TRIGGER agents_touched BEFORE UPDATE ON agents FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE agent_states (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    status text NOT NULL CHECK (status IN ('IDLE', 'ACTIVE', 'NEGOTIATING', 'EXECUTING', 'ERROR', 'OFFLINE')),
    state_data jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(state_data) = 'object'),
    triggered_by text CHECK (is_text(triggered_by, 200)),
    recorded_at timestamptz NOT NULL DEFAULT now() CHECK (is_time(recorded_at))
);
COMMENT ON TABLE agent_states IS 'The states of agents over time, one row for each change. Source: a trigger on agents.';
CREATE INDEX agent_states_of_agent ON agent_states (agent_id, id DESC);

CREATE FUNCTION record_agent_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO orchestrator.agent_states (agent_id, status, state_data, triggered_by)
    VALUES (NEW.id, NEW.status, jsonb_strip_nulls(jsonb_build_object('current_task', NEW.current_task)), NEW.current_task);
    RETURN NULL;
END $$;
CREATE TRIGGER agent_state_begins AFTER INSERT ON agents FOR EACH ROW EXECUTE FUNCTION record_agent_state();
CREATE TRIGGER agent_state_changes AFTER UPDATE ON agents
    FOR EACH ROW WHEN (OLD.status <> NEW.status OR OLD.current_task IS DISTINCT FROM NEW.current_task)
    EXECUTE FUNCTION record_agent_state();

-- Workloads: what a submission may promise, and what came of it.
ALTER TABLE compute_workloads DISABLE TRIGGER USER;
ALTER TABLE compute_workloads DROP CONSTRAINT compute_workloads_urgency_check;
ALTER TABLE compute_workloads
    ADD CONSTRAINT urgency_is_known CHECK (urgency IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    ADD COLUMN job_id text UNIQUE CHECK (is_name(job_id, 200)),
    ADD COLUMN operator_id uuid REFERENCES operators ON DELETE SET NULL,
    ADD COLUMN host_dc_id uuid REFERENCES data_centres ON DELETE SET NULL,
    ADD COLUMN required_cpu_cores integer CHECK (required_cpu_cores >= 1),
    ADD COLUMN required_memory_gb double precision CHECK (required_memory_gb > 0 AND required_memory_gb < 'Infinity'),
    ADD COLUMN estimated_energy_kwh double precision CHECK (estimated_energy_kwh > 0 AND estimated_energy_kwh < 'Infinity'),
    ADD COLUMN deferral_window_mins integer CHECK (deferral_window_mins BETWEEN 0 AND 527040),
    ADD COLUMN max_total_gco2 double precision CHECK (max_total_gco2 > 0 AND max_total_gco2 < 'Infinity'),
    ADD COLUMN actual_energy_kwh double precision CHECK (is_amount(actual_energy_kwh)),
    ADD COLUMN actual_carbon_gco2 double precision CHECK (is_amount(actual_carbon_gco2)),
    ADD COLUMN actual_cost_gbp double precision CHECK (actual_cost_gbp > '-Infinity' AND actual_cost_gbp < 'Infinity'),
    ADD COLUMN started_at timestamptz CHECK (is_time(started_at)),
    ADD COLUMN completed_at timestamptz CHECK (is_time(completed_at)),
    ADD COLUMN source text NOT NULL DEFAULT 'user' CHECK (source IN ('user', 'synthetic')),
    ADD COLUMN created_at timestamptz GENERATED ALWAYS AS (submitted_at) STORED;
UPDATE compute_workloads SET job_id = id::text;
ALTER TABLE compute_workloads ALTER COLUMN job_id SET NOT NULL;
ALTER TABLE compute_workloads ENABLE TRIGGER USER;
COMMENT ON COLUMN compute_workloads.job_id IS 'The submitter''s own name of the job; the id when there is none.';
COMMENT ON COLUMN compute_workloads.carbon_cap_gco2 IS 'The highest carbon intensity of a place and time that may be offered, gCO2/kWh.';
COMMENT ON COLUMN compute_workloads.max_total_gco2 IS 'The most that the whole job may emit, gCO2.';
COMMENT ON COLUMN compute_workloads.max_price_gbp IS 'The most that the energy of the whole job may cost, GBP.';
COMMENT ON COLUMN compute_workloads.deferral_window_mins IS 'The longest delay of the start, minutes; NULL for that of the urgency.';
COMMENT ON COLUMN compute_workloads.created_at IS 'submitted_at, under the name that the seed gives it.';
CREATE INDEX compute_workloads_operator_idx ON compute_workloads (operator_id);
CREATE INDEX compute_workloads_host_idx ON compute_workloads (host_dc_id);

CREATE FUNCTION name_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.job_id := coalesce(NEW.job_id, NEW.id::text);
    RETURN NEW;
END $$;
CREATE TRIGGER name_job BEFORE INSERT ON compute_workloads
    FOR EACH ROW WHEN (NEW.job_id IS NULL) EXECUTE FUNCTION name_job();
