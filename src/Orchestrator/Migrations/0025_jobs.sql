-- What a workload computes, and the order that the Conductor has of it.
ALTER TABLE compute_workloads
    ADD COLUMN job text CHECK (is_name(job, 100)),
    ADD COLUMN job_parameters jsonb CHECK (jsonb_typeof(job_parameters) = 'object'),
    ADD COLUMN parts integer CHECK (parts BETWEEN 1 AND 1000),
    ADD COLUMN allow_late boolean NOT NULL DEFAULT false,
    ADD COLUMN interruptible boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT interruptible_job_has_a_length CHECK (NOT interruptible OR (job IS NOT NULL AND required_gpu_mins IS NOT NULL)),
    ADD CONSTRAINT parameters_of_a_job CHECK (job IS NOT NULL OR (job_parameters IS NULL AND parts IS NULL));
COMMENT ON COLUMN compute_workloads.job IS 'The job that its workers run, by its name in their configuration; NULL when nothing is computed. Source: the submission.';
COMMENT ON COLUMN compute_workloads.job_parameters IS 'Its parameters by name, as text, with the defaults. Source: the submission, then the workers'' rules.';
COMMENT ON COLUMN compute_workloads.parts IS 'Parts that each phase is split into; NULL: Runs:Parts. Source: the submission.';
COMMENT ON COLUMN compute_workloads.interruptible IS 'Its job is stopped and resumed as planned within its window. Source: the submission.';
COMMENT ON COLUMN compute_workloads.allow_late IS 'It may run after its deadline. Source: the submission.';

ALTER TABLE workload_runs
    -- proto3 JSON of pylon.conductor.v1.WorkOrder without its revision.
    ADD COLUMN work jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN parts integer CHECK (parts BETWEEN 1 AND 1000),
    ADD COLUMN revision bigint NOT NULL DEFAULT 1 CHECK (revision > 0),
    ADD COLUMN withdraws boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN workload_runs.work IS 'What workers may do for it, as the Conductor is told. Source: the choice.';
COMMENT ON COLUMN workload_runs.parts IS 'As of the workload.';
COMMENT ON COLUMN workload_runs.revision IS 'Of the order: grows with each request.';
COMMENT ON COLUMN workload_runs.withdraws IS 'The Conductor is to be told to hand out nothing of it any more.';

-- What runs has no order yet: the Conductor is asked once more, which defines nothing anew.
UPDATE workload_runs SET state = 'requested', defined_at = NULL, due_at = now() WHERE state = 'running';

DROP INDEX workload_runs_due;
CREATE INDEX workload_runs_due ON workload_runs (due_at) WHERE state IN ('requested', 'running') OR withdraws;

-- Also when another time was chosen for one that has not begun, and when it is cancelled.
DROP TRIGGER notify_run_requested_again ON workload_runs;
CREATE TRIGGER notify_run_requested_again AFTER UPDATE ON workload_runs
    FOR EACH ROW WHEN (OLD.revision <> NEW.revision OR (NEW.withdraws AND NOT OLD.withdraws))
    EXECUTE FUNCTION notify_run_requested();
