-- Decisions: what was known when one was made, what was proposed, and the log of what was decided.
-- Rows here are only added. docs/adr/0015-audit-log.md has the reasons.

-- What was deleted from the tables that decisions name, so that an entry of the log never leads nowhere.
CREATE TABLE archived_objects (
    kind text NOT NULL CHECK (kind IN ('workload', 'data_centre', 'agent')),
    id uuid NOT NULL,
    name text NOT NULL,
    source text NOT NULL,
    archived_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id, kind)
);
COMMENT ON TABLE archived_objects IS 'The names of deleted workloads, data centres and agents. Source: triggers on their tables.';
COMMENT ON COLUMN archived_objects.name IS 'job_id, dc_id or agent_id.';

CREATE FUNCTION archive_object() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO orchestrator.archived_objects (kind, id, name, source)
    VALUES (TG_ARGV[0], OLD.id, to_jsonb(OLD) ->> TG_ARGV[1], OLD.source)
    ON CONFLICT DO NOTHING;
    RETURN OLD;
END $$;
CREATE TRIGGER archive_object BEFORE DELETE ON compute_workloads FOR EACH ROW EXECUTE FUNCTION archive_object('workload', 'job_id');
CREATE TRIGGER archive_object BEFORE DELETE ON data_centres FOR EACH ROW EXECUTE FUNCTION archive_object('data_centre', 'dc_id');
CREATE TRIGGER archive_object BEFORE DELETE ON agents FOR EACH ROW EXECUTE FUNCTION archive_object('agent', 'agent_id');

CREATE FUNCTION is_known_object(object_kind text, object_id uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    found boolean;
BEGIN
    found := object_id IS NULL OR CASE object_kind
        WHEN 'workload' THEN EXISTS (SELECT FROM orchestrator.compute_workloads WHERE id = object_id)
        WHEN 'data_centre' THEN EXISTS (SELECT FROM orchestrator.data_centres WHERE id = object_id)
        ELSE EXISTS (SELECT FROM orchestrator.agents WHERE id = object_id)
    END;
    RETURN found OR EXISTS (SELECT FROM orchestrator.archived_objects WHERE id = object_id AND kind = object_kind);
END $$;

-- The start of a service grants its role INSERT and SELECT on a table with a trigger of the name append_only, SELECT alone
-- on one with owner_only (src/Postgres). Of the statement and not of the row, so that INSERT ... ON CONFLICT DO UPDATE is
-- refused also when nothing conflicts.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%.% is only added to: % is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP USING ERRCODE = 'PYA01';
END $$;

CREATE FUNCTION hash_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.hash := encode(sha256(convert_to(NEW.document::text, 'UTF8')), 'hex');
    RETURN NEW;
END $$;

CREATE TABLE decision_contexts (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workload_id uuid NOT NULL,
    -- 1 for the first of a workload; a workload that is announced again gets another.
    context_version integer NOT NULL CHECK (context_version >= 1),
    as_known_at timestamptz NOT NULL CHECK (is_time(as_known_at)),
    -- The text stays as it is written, because the hash is that of its UTF-8 bytes.
    document json NOT NULL CHECK (json_typeof(document) = 'object' AND length(document::text) <= 2000000),
    hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now() CHECK (is_time(created_at)),
    UNIQUE (workload_id, context_version)
);
COMMENT ON TABLE decision_contexts IS 'What was known when a data centre was proposed for a workload. Source: the Orchestrator, from Ingestion and data_centres.';
COMMENT ON COLUMN decision_contexts.as_known_at IS 'When the grid data of the document were read.';
COMMENT ON COLUMN decision_contexts.hash IS 'SHA-256 of the UTF-8 bytes of the document, 64 hex digits.';
CREATE INDEX decision_contexts_newest ON decision_contexts (created_at DESC, id DESC);

CREATE TABLE processed_contexts (
    context_id uuid PRIMARY KEY REFERENCES decision_contexts,
    processed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE processed_contexts IS 'The contexts that a reader has marked as processed. Source: MarkProcessed.';

CREATE TABLE llm_outputs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    context_id uuid NOT NULL UNIQUE REFERENCES decision_contexts,
    workload_id uuid NOT NULL,
    engine text NOT NULL CHECK (is_name(engine, 100)),
    llm_error text CHECK (is_text(llm_error, 2000)),
    document json NOT NULL CHECK (json_typeof(document) = 'object' AND length(document::text) <= 2000000),
    hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now() CHECK (is_time(created_at))
);
COMMENT ON TABLE llm_outputs IS 'The options for a workload, one for each data centre of its context. Source: the scorer, and Gemini when there is a key.';
COMMENT ON COLUMN llm_outputs.engine IS 'deterministic-v1, or the model that was heard on top of it.';
COMMENT ON COLUMN llm_outputs.llm_error IS 'Why the model was not heard; NULL when it was, or was not asked.';
CREATE INDEX llm_outputs_newest ON llm_outputs (created_at DESC, id DESC);
CREATE INDEX llm_outputs_of_workload ON llm_outputs (workload_id);

CREATE TRIGGER hash_document BEFORE INSERT ON decision_contexts FOR EACH ROW EXECUTE FUNCTION hash_document();
CREATE TRIGGER hash_document BEFORE INSERT ON llm_outputs FOR EACH ROW EXECUTE FUNCTION hash_document();

-- The columns are those of the seed and, after them, what the decision was made from.
CREATE TABLE orchestration_decisions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    decision_id text NOT NULL UNIQUE DEFAULT gen_random_uuid()::text CHECK (is_name(decision_id, 100)),
    decision_type text NOT NULL CHECK (decision_type IN (
        'DEFER_WORKLOAD', 'SHIFT_REGION', 'SCHEDULE_DISCHARGE', 'RENEWABLE_WINDOW', 'ACCEPT_WORKLOAD', 'REJECT_WORKLOAD', 'SCALE_DOWN',
        'SCALE_UP', 'NEGOTIATE', 'PRICE_OPTIMIZATION', 'CARBON_OPTIMIZATION', 'LLM_DC_SELECTION', 'LLM_PROCESSING_FAILED')),
    -- No foreign keys: a SET NULL would change the log, and without it a synthetic workload could not be removed.
    agent_id uuid,
    workload_id uuid,
    source_dc_id uuid,
    target_dc_id uuid,
    input_grid_signal_id uuid,
    input_carbon_intensity double precision CHECK (is_amount(input_carbon_intensity)),
    input_grid_stress double precision CHECK (is_share(input_grid_stress)),
    input_price_gbp_mwh double precision CHECK (input_price_gbp_mwh > '-Infinity' AND input_price_gbp_mwh < 'Infinity'),
    reasoning text NOT NULL CHECK (is_name(reasoning, 100000)),
    constraints_evaluated jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(constraints_evaluated) = 'object'),
    alternatives_considered jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(alternatives_considered) = 'array'),
    carbon_saved_gco2 double precision CHECK (carbon_saved_gco2 > '-Infinity' AND carbon_saved_gco2 < 'Infinity'),
    cost_saved_gbp double precision CHECK (cost_saved_gbp > '-Infinity' AND cost_saved_gbp < 'Infinity'),
    flexibility_contribution_mw double precision CHECK (flexibility_contribution_mw > '-Infinity' AND flexibility_contribution_mw < 'Infinity'),
    decided_at timestamptz NOT NULL DEFAULT now() CHECK (is_time(decided_at)),
    context_id uuid REFERENCES decision_contexts,
    context_hash text CHECK (context_hash ~ '^[0-9a-f]{64}$'),
    output_hash text CHECK (output_hash ~ '^[0-9a-f]{64}$')
);
COMMENT ON TABLE orchestration_decisions IS 'The log of all decisions; rows are only added. Source: the Orchestrator, in the transaction of what it decides; plain SQL.';
COMMENT ON COLUMN orchestration_decisions.input_grid_signal_id IS 'For scripts of the seed; NULL in rows of the Orchestrator, whose context_id has all signals.';
COMMENT ON COLUMN orchestration_decisions.carbon_saved_gco2 IS 'NULL when it is not known.';
COMMENT ON COLUMN orchestration_decisions.context_hash IS 'Of the context, so that the log shows a change of it, too.';
CREATE INDEX orchestration_decisions_of_workload ON orchestration_decisions (workload_id, decided_at DESC) WHERE workload_id IS NOT NULL;
CREATE INDEX orchestration_decisions_newest ON orchestration_decisions (decided_at DESC, id DESC);

CREATE FUNCTION check_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (orchestrator.is_known_object('workload', NEW.workload_id) AND orchestrator.is_known_object('agent', NEW.agent_id)
        AND orchestrator.is_known_object('data_centre', NEW.source_dc_id) AND orchestrator.is_known_object('data_centre', NEW.target_dc_id)) THEN
        RAISE EXCEPTION 'a decision names a workload, agent or data centre that does not exist' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_decision BEFORE INSERT ON orchestration_decisions FOR EACH ROW EXECUTE FUNCTION check_decision();

-- The chain: one entry for each decision, in the order of the commits.
CREATE TABLE decision_chain (
    seq bigint PRIMARY KEY CHECK (seq >= 1),
    decision uuid NOT NULL UNIQUE REFERENCES orchestration_decisions (id),
    prev_hash text NOT NULL CHECK (prev_hash ~ '^[0-9a-f]{64}$'),
    hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$')
);
COMMENT ON TABLE decision_chain IS 'The order and the hashes of orchestration_decisions, 1, 2, 3 and so on. Source: a trigger at the commit of a decision.';
COMMENT ON COLUMN decision_chain.hash IS 'SHA-256 of decision_bytes: of prev_hash and all columns of the decision.';

-- Audit/ChainHash.cs makes the same bytes. Each field is its length in bytes, a colon and its text; - for NULL. A number is
-- the 16 hex digits of its IEEE 754 double.
CREATE FUNCTION decision_bytes(seq bigint, prev_hash text, d orchestration_decisions) RETURNS bytea LANGUAGE sql STABLE
RETURN (
    SELECT convert_to('pylon-decision-1' || string_agg(coalesce(octet_length(f.text) || ':' || f.text, '-'), '' ORDER BY f.n), 'UTF8')
    FROM unnest(ARRAY[
        seq::text, prev_hash, d.id::text, d.decision_id, d.decision_type, d.agent_id::text, d.workload_id::text, d.source_dc_id::text,
        d.target_dc_id::text, d.input_grid_signal_id::text, encode(float8send(d.input_carbon_intensity), 'hex'),
        encode(float8send(d.input_grid_stress), 'hex'), encode(float8send(d.input_price_gbp_mwh), 'hex'), d.reasoning,
        d.constraints_evaluated::text, d.alternatives_considered::text, encode(float8send(d.carbon_saved_gco2), 'hex'),
        encode(float8send(d.cost_saved_gbp), 'hex'), encode(float8send(d.flexibility_contribution_mw), 'hex'),
        to_char(d.decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), d.context_id::text, d.context_hash, d.output_hash
    ]) WITH ORDINALITY AS f (text, n)
);

-- Deferred to the commit, so that the lock of the chain is held while one transaction commits and not while it works: an
-- open transaction of somebody stops nobody. It runs as the owner: the role of the service writes no entry of the chain.
CREATE FUNCTION chain_decision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last_seq bigint;
    last_hash text;
    new_hash text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('pylon.decision_chain', 0));
    SELECT c.seq, c.hash INTO last_seq, last_hash FROM orchestrator.decision_chain c ORDER BY c.seq DESC LIMIT 1;
    last_seq := coalesce(last_seq, 0) + 1;
    last_hash := coalesce(last_hash, repeat('0', 64));
    new_hash := encode(sha256(orchestrator.decision_bytes(last_seq, last_hash, NEW)), 'hex');
    INSERT INTO orchestrator.decision_chain (seq, decision, prev_hash, hash) VALUES (last_seq, NEW.id, last_hash, new_hash)
    ON CONFLICT (seq) DO NOTHING;
    IF NOT FOUND THEN
        -- Its snapshot is older than the lock, as in REPEATABLE READ.
        RAISE EXCEPTION 'another decision was logged meanwhile: repeat the transaction' USING ERRCODE = 'serialization_failure';
    END IF;
    INSERT INTO orchestrator.outbox (topic, type, subject, payload)
    VALUES ('decisions', 'pylon.decision.recorded.v1', NEW.id::text, jsonb_build_object('decision_recorded', jsonb_build_object(
        'id', NEW.id, 'decision_type', NEW.decision_type, 'workload_id', coalesce(NEW.workload_id::text, ''),
        'seq', last_seq::text, 'hash', new_hash)));
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER chain_decision AFTER INSERT ON orchestration_decisions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chain_decision();

DO $$
DECLARE
    log text;
    kind text;
BEGIN
    FOR log, kind IN VALUES
        ('decision_contexts', 'append_only'), ('processed_contexts', 'append_only'), ('llm_outputs', 'append_only'),
        ('orchestration_decisions', 'append_only'), ('archived_objects', 'append_only'), ('decision_chain', 'owner_only')
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', kind, log);
        -- Also in a session that replicates.
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', log, kind);
    END LOOP;
    ALTER TABLE orchestration_decisions ENABLE ALWAYS TRIGGER chain_decision;
END $$;

CREATE VIEW v_recent_decisions AS
    SELECT d.decision_id, d.decision_type, d.reasoning, d.carbon_saved_gco2, d.cost_saved_gbp, a.name AS agent_name,
           coalesce(w.job_id, gone.name) AS workload_job_id, d.decided_at
    FROM orchestration_decisions d
    LEFT JOIN agents a ON a.id = d.agent_id
    LEFT JOIN compute_workloads w ON w.id = d.workload_id
    LEFT JOIN archived_objects gone ON gone.id = d.workload_id AND gone.kind = 'workload'
    ORDER BY d.decided_at DESC, d.id DESC
    LIMIT 100;
COMMENT ON VIEW v_recent_decisions IS 'The last 100 decisions, with the columns of the seed.';

INSERT INTO agents (agent_id, name, agent_type, status) VALUES ('pylon-orchestrator', 'Pylon Orchestrator', 'COMPUTE_ORCHESTRATOR', 'ACTIVE')
ON CONFLICT (agent_id) DO NOTHING;

-- workload_notifications becomes the queue of workloads that need a context, with the columns of the seed.
ALTER TABLE workload_notifications
    ALTER COLUMN workload_name DROP NOT NULL,
    ADD COLUMN job_id text,
    ADD COLUMN event_type text NOT NULL DEFAULT 'INSERT' CHECK (is_name(event_type, 50)),
    ADD COLUMN payload jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(payload) = 'object'),
    ADD COLUMN attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- When there is work to do: the next attempt, or, while an instance holds the lease, its end.
    ADD COLUMN due_at timestamptz NOT NULL DEFAULT now() CHECK (is_time(due_at)),
    ADD COLUMN lease_owner uuid,
    ADD COLUMN failure_reason text CHECK (length(failure_reason) <= 2000);
COMMENT ON TABLE workload_notifications IS 'New workloads, the queue of those that need a decision context. Source: the trigger notify_new_workload; plain SQL.';
COMMENT ON COLUMN workload_notifications.payload IS 'The workload as it was announced, as the seed''s notify_new_workload() writes it.';
COMMENT ON COLUMN workload_notifications.processed IS 'It has its context, or is given up for failure_reason.';
-- Nobody read the queue before, and a context made now does not show what was known then.
UPDATE workload_notifications SET processed = true, processed_at = now(), failure_reason = 'announced before decision contexts were made'
WHERE NOT processed;
CREATE INDEX workload_notifications_due ON workload_notifications (due_at, id) WHERE NOT processed;

CREATE FUNCTION fill_notification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT w.workload_name, w.job_id, CASE WHEN NEW.payload = '{}' THEN jsonb_build_object(
            'id', w.id, 'job_id', w.job_id, 'workload_type', w.workload_type, 'urgency', w.urgency, 'status', w.status,
            'host_dc_id', w.host_dc_id, 'required_gpu_mins', w.required_gpu_mins, 'required_cpu_cores', w.required_cpu_cores,
            'required_memory_gb', w.required_memory_gb, 'estimated_energy_kwh', w.estimated_energy_kwh,
            'carbon_cap_gco2', w.carbon_cap_gco2, 'max_price_gbp', w.max_price_gbp, 'deadline', w.deadline,
            'deferral_window_mins', w.deferral_window_mins, 'created_at', w.created_at) ELSE NEW.payload END
    INTO NEW.workload_name, NEW.job_id, NEW.payload
    FROM orchestrator.compute_workloads w WHERE w.id = NEW.workload_id;
    PERFORM pg_notify('context_due', '');
    RETURN NEW;
END $$;
CREATE TRIGGER fill_notification BEFORE INSERT ON workload_notifications FOR EACH ROW EXECUTE FUNCTION fill_notification();

-- The catalogue of workloads that look for a place, the oldest first (Catalog/CatalogStore.cs).
CREATE INDEX compute_workloads_open ON compute_workloads (submitted_at, id)
    WHERE status IN ('queued', 'processing', 'pending_user_choice', 'choosing');
