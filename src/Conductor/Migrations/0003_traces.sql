-- A trace goes on in the events of a batch: it is that of the call which defined its pipeline.
ALTER TABLE definitions ADD COLUMN traceparent text
    CHECK (traceparent ~ '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');

COMMENT ON COLUMN definitions.traceparent IS 'W3C traceparent of DefinePipeline; NULL when it was not traced.';
