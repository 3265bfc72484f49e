-- Whose an event is; NULL: the built-in operator's, or of what is shared. What a caller does is its operator's without a word.
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS operator_id uuid
    DEFAULT nullif(nullif(current_setting('app.tenant', true), ''), '00000000-0000-0000-0000-000000000000')::uuid;

-- What callers do is published; nothing of the outbox is shown to them.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'pylon_caller') THEN
        GRANT INSERT ON outbox TO pylon_caller;
    END IF;
END $$;
