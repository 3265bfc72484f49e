-- The W3C trace context of the request that submitted a workload, so that what the queue does later is in its trace.

ALTER TABLE compute_workloads ADD COLUMN traceparent text
    CHECK (traceparent ~ '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');

COMMENT ON COLUMN compute_workloads.traceparent IS 'W3C traceparent of the submission; NULL begins a new trace.';

-- The same of what wrote an event.
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS traceparent text;

CREATE OR REPLACE FUNCTION notify_new_workload() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO orchestrator.workload_notifications (workload_id, workload_name) VALUES (NEW.id, NEW.workload_name);
    INSERT INTO orchestrator.outbox (topic, type, subject, payload, traceparent)
    VALUES ('workloads', 'pylon.workload.queued.v1', NEW.id::text,
        jsonb_build_object('workload_queued', jsonb_build_object('workload_id', NEW.id, 'workload_name', NEW.workload_name)),
        NEW.traceparent);
    PERFORM pg_notify('workload_due', '');
    RETURN NULL;
END $$;
