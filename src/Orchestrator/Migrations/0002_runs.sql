-- What a scheduled workload goes through: its pipeline at the Conductor, and how far each phase is.
-- docs/states.md draws the states; Runs/RunRules.cs has the transitions.

ALTER TABLE compute_workloads ADD COLUMN pipeline text CHECK (length(pipeline) BETWEEN 1 AND 100);

COMMENT ON COLUMN compute_workloads.pipeline IS 'The pipeline that the user asked for; NULL for the one of its workload_type.';

CREATE TABLE workload_runs (
    workload_id uuid PRIMARY KEY REFERENCES compute_workloads ON DELETE CASCADE,
    pipeline text NOT NULL,
    correlation_id text NOT NULL,
    state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'running', 'completed', 'failed', 'cancelled')),
    -- proto3 JSON of pylon.orchestrator.v1.Run with only its phases.
    progress jsonb NOT NULL DEFAULT '{}',
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    failure_reason text,
    -- When there is work to do: the next question to the Conductor, or, while an instance holds the lease, its end.
    due_at timestamptz NOT NULL DEFAULT now(),
    lease_owner uuid,
    requested_at timestamptz NOT NULL DEFAULT now(),
    defined_at timestamptz,
    ended_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT runs_when_defined CHECK (state NOT IN ('running', 'completed') OR defined_at IS NOT NULL),
    CONSTRAINT ends_once_over CHECK ((state IN ('completed', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
    CONSTRAINT failed_has_a_reason CHECK (state <> 'failed' OR failure_reason IS NOT NULL)
);

COMMENT ON TABLE workload_runs IS 'Pipelines of scheduled workloads and the progress of their phases. Source: the choice, then the Conductor.';

CREATE INDEX workload_runs_due ON workload_runs (due_at) WHERE state IN ('requested', 'running');

CREATE FUNCTION notify_run_requested() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('run_due', '');
    RETURN NULL;
END $$;
CREATE TRIGGER notify_run_requested AFTER INSERT ON workload_runs
    FOR EACH ROW EXECUTE FUNCTION notify_run_requested();

-- Tells those who watch the workload. Leases tell nobody.
CREATE FUNCTION notify_run_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('workload_changed', NEW.workload_id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER notify_run_changed AFTER UPDATE ON workload_runs
    FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.progress <> NEW.progress OR OLD.attempts <> NEW.attempts)
    EXECUTE FUNCTION notify_run_changed();
