-- Workloads, their recommendations, their orders at Beckn providers, and what was said about them.
-- docs/states.md draws the state machine that compute_workloads_transition enforces.

CREATE TABLE compute_workloads (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    request_id uuid UNIQUE,
    workload_name text NOT NULL CHECK (length(workload_name) BETWEEN 1 AND 200),
    request text CHECK (length(request) <= 4000),
    workload_type text CHECK (length(workload_type) <= 100),
    urgency text CHECK (urgency IN ('LOW', 'MEDIUM', 'HIGH')),
    required_gpu_mins integer CHECK (required_gpu_mins >= 1),
    compute_load_mw double precision CHECK (compute_load_mw > 0 AND compute_load_mw <= 1000),
    carbon_cap_gco2 double precision CHECK (carbon_cap_gco2 > 0),
    max_price_gbp double precision CHECK (max_price_gbp > 0),
    deadline timestamptz,
    user_email text CHECK (length(user_email) <= 254),

    status text NOT NULL DEFAULT 'queued' CHECK (status IN
        ('queued', 'processing', 'pending_user_choice', 'choosing', 'scheduled', 'failed', 'cancelling', 'cancelled')),
    bpp_processed boolean NOT NULL DEFAULT false,
    recommended_1_grid_zone_id uuid,
    recommended_2_grid_zone_id uuid,
    recommended_3_grid_zone_id uuid,
    llm_select_init_confirm text,
    summary_engine text CHECK (summary_engine IN ('BUILT_IN', 'GEMINI', 'BUILT_IN_FALLBACK')),
    chosen_option integer CHECK (chosen_option BETWEEN 1 AND 3),

    -- The Beckn transaction of the running attempt; a new attempt begins a new one.
    transaction_id uuid,
    -- Items that a provider refused to book for this workload; later attempts leave them out.
    refused_item_ids text[] NOT NULL DEFAULT '{}',
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    failure_reason text,
    -- Where a replay of a failed workload goes on.
    resume_status text CHECK (resume_status IN ('queued', 'choosing', 'cancelling')),
    -- When there is work to do: the next attempt, or, while an instance holds the lease, the end of the lease.
    due_at timestamptz NOT NULL DEFAULT now(),
    lease_owner uuid,

    submitted_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT offered_has_three_distinct_zones CHECK (
        status NOT IN ('pending_user_choice', 'choosing', 'scheduled') OR (
            bpp_processed
            AND recommended_1_grid_zone_id IS NOT NULL
            AND recommended_2_grid_zone_id IS NOT NULL
            AND recommended_3_grid_zone_id IS NOT NULL
            AND recommended_1_grid_zone_id <> recommended_2_grid_zone_id
            AND recommended_1_grid_zone_id <> recommended_3_grid_zone_id
            AND recommended_2_grid_zone_id <> recommended_3_grid_zone_id)),
    CONSTRAINT chosen_has_an_option CHECK (status NOT IN ('choosing', 'scheduled') OR chosen_option IS NOT NULL),
    CONSTRAINT failed_has_a_reason CHECK (status <> 'failed' OR (failure_reason IS NOT NULL AND resume_status IS NOT NULL)),
    CONSTRAINT only_work_is_leased CHECK (lease_owner IS NULL OR status IN ('processing', 'choosing', 'cancelling'))
);

COMMENT ON TABLE compute_workloads IS 'Flexible compute work and where it is on its way to a grid zone. Source: users (gRPC, REST) and plain SQL.';

CREATE INDEX idx_compute_workloads_due ON compute_workloads (due_at, submitted_at)
    WHERE status IN ('queued', 'processing', 'choosing', 'cancelling');
CREATE INDEX idx_compute_workloads_bpp_processed ON compute_workloads (status, bpp_processed)
    WHERE status = 'queued' AND bpp_processed = false;
CREATE INDEX idx_compute_workloads_newest ON compute_workloads (submitted_at DESC, id DESC);

CREATE TABLE workload_recommendations (
    workload_id uuid NOT NULL REFERENCES compute_workloads ON DELETE CASCADE,
    rank integer NOT NULL CHECK (rank BETWEEN 1 AND 3),
    grid_zone_id uuid NOT NULL,
    -- proto3 JSON of pylon.common.v1.Recommendation without the order, which is joined.
    recommendation jsonb NOT NULL,
    -- What SELECT needs of the catalogue; null for a recommendation from grid data.
    offer jsonb,
    order_id text,
    PRIMARY KEY (workload_id, rank),
    UNIQUE (workload_id, grid_zone_id)
);

COMMENT ON TABLE workload_recommendations IS 'The three options of a workload. Source: the Beckn catalogue of its DISCOVER, or regional grid data.';

-- One order at a provider. It is written before SELECT is sent, so an order that a provider may hold is always known here.
CREATE TABLE beckn_orders (
    order_id text PRIMARY KEY,
    workload_id uuid NOT NULL REFERENCES compute_workloads ON DELETE CASCADE,
    transaction_id uuid NOT NULL,
    item_id text NOT NULL,
    -- open: not confirmed yet; pending: CONFIRM may have reached the provider; the rest as they say.
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'pending', 'confirmed', 'refused', 'cancelled')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX beckn_orders_of_workload ON beckn_orders (workload_id);

-- Every message that we send, stored before it is sent, with the answer, whichever way that came.
CREATE TABLE beckn_messages (
    message_id uuid PRIMARY KEY,
    workload_id uuid NOT NULL REFERENCES compute_workloads ON DELETE CASCADE,
    transaction_id uuid NOT NULL,
    action text NOT NULL CHECK (action IN ('discover', 'select', 'init', 'confirm', 'cancel')),
    request jsonb NOT NULL,
    sends integer NOT NULL DEFAULT 0,
    sent_at timestamptz,
    acknowledged_at timestamptz,
    answered_at timestamptz,
    answered_by text CHECK (answered_by IN ('response', 'callback')),
    answer jsonb,
    -- Callbacks that matched, the first and its duplicates.
    callbacks integer NOT NULL DEFAULT 0,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (transaction_id, action),
    CHECK ((answered_at IS NULL) = (answer IS NULL))
);
CREATE INDEX beckn_messages_of_workload ON beckn_messages (workload_id);

COMMENT ON TABLE beckn_messages IS 'Outbound Beckn messages and their answers. Source: the Orchestrator, and the providers'' responses and callbacks.';

CREATE TABLE dead_letters (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workload_id uuid NOT NULL REFERENCES compute_workloads ON DELETE CASCADE,
    reason text NOT NULL,
    attempts integer NOT NULL,
    failed_at timestamptz NOT NULL DEFAULT now(),
    replayed_at timestamptz
);
CREATE UNIQUE INDEX dead_letters_one_open ON dead_letters (workload_id) WHERE replayed_at IS NULL;
CREATE INDEX dead_letters_newest ON dead_letters (failed_at DESC, id DESC);

CREATE TABLE workload_notifications (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workload_id uuid NOT NULL REFERENCES compute_workloads ON DELETE CASCADE,
    workload_name text NOT NULL,
    processed boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    processed_at timestamptz
);
CREATE INDEX workload_notifications_open ON workload_notifications (id) WHERE NOT processed;

COMMENT ON TABLE workload_notifications IS 'New workloads that still need a decision context. Source: the trigger notify_new_workload.';

CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    topic text NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    time timestamptz NOT NULL DEFAULT clock_timestamp(),
    payload jsonb NOT NULL,
    published_at timestamptz
);
CREATE INDEX outbox_unpublished ON outbox (seq) WHERE published_at IS NULL;

-- The trigger functions name their schema, because SQL from psql runs with another search path.
CREATE FUNCTION notify_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('orchestrator_outbox', '');
    RETURN NULL;
END $$;
CREATE TRIGGER outbox_inserted AFTER INSERT ON outbox
    FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox();

CREATE FUNCTION compute_workloads_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'queued' THEN
            RAISE EXCEPTION 'a workload begins as queued, not as %', NEW.status USING ERRCODE = 'check_violation';
        END IF;
        -- The oldest is due first.
        NEW.due_at := LEAST(NEW.submitted_at, now());
        RETURN NEW;
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
        ('queued', 'processing'), ('queued', 'cancelling'),
        ('processing', 'queued'), ('processing', 'pending_user_choice'), ('processing', 'failed'),
        ('pending_user_choice', 'choosing'), ('pending_user_choice', 'scheduled'), ('pending_user_choice', 'cancelling'),
        ('choosing', 'scheduled'), ('choosing', 'pending_user_choice'), ('choosing', 'failed'),
        ('scheduled', 'cancelling'),
        ('failed', 'queued'), ('failed', 'choosing'), ('failed', 'cancelling'),
        ('cancelling', 'cancelled'), ('cancelling', 'failed')) THEN
        RAISE EXCEPTION 'a workload does not go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    NEW.updated_at := now();
    RETURN NEW;
END $$;
CREATE TRIGGER compute_workloads_transition BEFORE INSERT OR UPDATE ON compute_workloads
    FOR EACH ROW EXECUTE FUNCTION compute_workloads_transition();

CREATE FUNCTION notify_new_workload() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO orchestrator.workload_notifications (workload_id, workload_name) VALUES (NEW.id, NEW.workload_name);
    INSERT INTO orchestrator.outbox (topic, type, subject, payload)
    VALUES ('workloads', 'pylon.workload.queued.v1', NEW.id::text,
        jsonb_build_object('workload_queued', jsonb_build_object('workload_id', NEW.id, 'workload_name', NEW.workload_name)));
    PERFORM pg_notify('workload_due', '');
    RETURN NULL;
END $$;
CREATE TRIGGER notify_new_workload AFTER INSERT ON compute_workloads
    FOR EACH ROW EXECUTE FUNCTION notify_new_workload();

-- Tells those who watch a workload, and the workers when there is something to do at once. Leases tell nobody.
CREATE FUNCTION notify_workload_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('workload_changed', NEW.id::text);
    IF NEW.status IN ('queued', 'choosing', 'cancelling') AND NEW.lease_owner IS NULL AND NEW.due_at <= now() THEN
        PERFORM pg_notify('workload_due', '');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER notify_workload_changed AFTER UPDATE ON compute_workloads
    FOR EACH ROW WHEN (OLD.status <> NEW.status OR OLD.attempts <> NEW.attempts)
    EXECUTE FUNCTION notify_workload_changed();
