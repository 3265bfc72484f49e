-- What workers may do, and who holds what. A lease is here before its holder is told, so neither a kill nor an emptied
-- Redis gives a part to two holders.
CREATE SEQUENCE work_tokens;
COMMENT ON SEQUENCE work_tokens IS 'Fencing tokens: each claim has a greater one than all before.';

CREATE TABLE work (
    batch_id text PRIMARY KEY REFERENCES batches ON DELETE CASCADE,
    revision bigint NOT NULL CHECK (revision > 0),
    correlation_id text NOT NULL DEFAULT '',
    parameters jsonb NOT NULL DEFAULT '{}',
    parts integer NOT NULL DEFAULT 0,
    not_before timestamptz NOT NULL,
    deadline timestamptz NOT NULL,
    -- [{"start", "end"}]; empty when it runs through.
    steps jsonb NOT NULL DEFAULT '[]',
    -- Completed, failed or withdrawn: nothing of it is handed out.
    ended_at timestamptz
);
COMMENT ON TABLE work IS 'The order of a batch: what workers may do, and when. Source: DefinePipeline.';
COMMENT ON COLUMN work.deadline IS 'infinity when there is none.';
CREATE INDEX work_open ON work (deadline) WHERE ended_at IS NULL;

CREATE TABLE work_parts (
    batch_id text NOT NULL REFERENCES work ON DELETE CASCADE,
    -- Of the batch. It stays the same, and a claim looks for it.
    operator_id uuid NOT NULL,
    -- Of the phase in its pipeline, from 1.
    place integer NOT NULL,
    part integer NOT NULL,
    phase text NOT NULL,
    zone text NOT NULL,
    job text NOT NULL,
    deadline timestamptz NOT NULL,
    -- When it may be claimed: the start of the window, the end of the lease, or infinity while an earlier phase is not complete.
    due_at timestamptz NOT NULL,
    token bigint,
    worker text NOT NULL DEFAULT '',
    claimed_at timestamptz,
    claims integer NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    done_at timestamptz,
    output text NOT NULL DEFAULT '' CHECK (length(output) <= 4096),
    failure text NOT NULL DEFAULT '',
    energy_kwh double precision,
    energy_estimated boolean NOT NULL DEFAULT false,
    PRIMARY KEY (batch_id, phase, part)
);
COMMENT ON TABLE work_parts IS 'The parts of each phase of an order and who holds them. Source: the order, then the workers.';
COMMENT ON COLUMN work_parts.token IS 'Of the last claim that was not given back.';
CREATE INDEX work_parts_due ON work_parts (zone, job, due_at) WHERE done_at IS NULL;
CREATE INDEX work_parts_due_of_operator ON work_parts (operator_id, zone, job, due_at) WHERE done_at IS NULL;
CREATE UNIQUE INDEX work_parts_token ON work_parts (token) WHERE token IS NOT NULL;
CREATE INDEX work_parts_troubled ON work_parts (batch_id) WHERE done_at IS NULL AND (failures > 0 OR claims > 1);
-- Rows change often and keep their size.
ALTER TABLE work_parts SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

CREATE TABLE workers (
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    operator_id uuid,
    zones text[] NOT NULL,
    -- proto3 JSON of pylon.conductor.v1.Worker with only its jobs.
    jobs jsonb NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (name, operator_id)
);
COMMENT ON TABLE workers IS 'Workers as they last joined. Source: JoinWork.';
COMMENT ON COLUMN workers.operator_id IS 'Whose parts it gets; NULL when it acts for all operators.';

-- The second wall, as in 0004: callers only read. A worker that acts for all may have the work of each operator, so each sees it.
GRANT SELECT ON work, work_parts, workers TO pylon_caller;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['work', 'work_parts', 'workers'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY everyone ON %I USING (true) WITH CHECK (true)', name);
    END LOOP;
END $$;
CREATE POLICY tenant ON work AS RESTRICTIVE TO pylon_caller USING (conductor.owner_of_batch(batch_id) = current_setting('app.tenant')::uuid);
CREATE POLICY tenant ON work_parts AS RESTRICTIVE TO pylon_caller USING (operator_id = current_setting('app.tenant')::uuid);
CREATE POLICY tenant ON workers AS RESTRICTIVE TO pylon_caller USING (operator_id IS NULL OR operator_id = current_setting('app.tenant')::uuid);
