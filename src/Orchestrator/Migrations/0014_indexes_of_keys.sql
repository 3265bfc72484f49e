-- The rows of a workload or a context are found by an index when it is deleted; without one, each deleted row reads the whole table.
CREATE INDEX workload_notifications_of_workload ON workload_notifications (workload_id);
CREATE INDEX dead_letters_of_workload ON dead_letters (workload_id);
CREATE INDEX orchestration_decisions_of_context ON orchestration_decisions (context_id) WHERE context_id IS NOT NULL;
