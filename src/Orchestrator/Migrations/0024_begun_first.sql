-- What somebody has begun, and what a user waits for, is claimed before a backlog of new rows: each has an index of its own, and a row is
-- in one of them.
CREATE INDEX compute_workloads_begun ON compute_workloads (due_at) WHERE status IN ('processing', 'choosing', 'cancelling');
CREATE INDEX compute_workloads_queued ON compute_workloads (due_at, submitted_at) WHERE status = 'queued' AND NOT bpp_processed;
DROP INDEX idx_compute_workloads_due;
