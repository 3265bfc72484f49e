-- The outbox of a service's schema. A schema whose own migrations made the table already keeps it.
--
-- The payload is the proto3 JSON of pylon.events.v1.Event with only its data, for example
-- {"workload_queued": {"workload_id": "…"}}, so that triggers and psql can write events too. The order of seq is the
-- order of the events of one subject as long as their writer holds a lock of that subject, such as its row's.
CREATE TABLE IF NOT EXISTS outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    topic text NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    time timestamptz NOT NULL DEFAULT clock_timestamp(),
    payload jsonb NOT NULL,
    published_at timestamptz
);

-- W3C trace context of the change; NULL when unknown.
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS traceparent text;

CREATE INDEX IF NOT EXISTS outbox_unpublished ON outbox (seq) WHERE published_at IS NULL;

CREATE OR REPLACE FUNCTION notify_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify(TG_TABLE_SCHEMA || '_outbox', '');
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS outbox_inserted ON outbox;
CREATE TRIGGER outbox_inserted AFTER INSERT ON outbox
    FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox();
