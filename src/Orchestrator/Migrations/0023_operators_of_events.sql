-- Whose an event is, so that a subscriber hears those of its own operator only. NULL: the built-in operator's. What a caller does is its
-- operator's without a word (the default); what the workers do says so.
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS operator_id uuid
    DEFAULT nullif(nullif(current_setting('app.tenant', true), ''), '00000000-0000-0000-0000-000000000000')::uuid;

-- The functions are changed, not replaced, so that their other rules stay as the migrations before have left them.
DO $$
DECLARE
    rule record;
    before text;
    after text;
BEGIN
    FOR rule IN SELECT * FROM (VALUES
        ('notify_new_workload', 'outbox (topic, type, subject, payload, traceparent)', 'outbox (topic, type, subject, payload, traceparent, operator_id)'),
        ('notify_new_workload', '        NEW.traceparent);', '        NEW.traceparent, NEW.operator_id);'),
        ('chain_decision', 'fields CONSTANT text', 'operator CONSTANT uuid := (SELECT w.operator_id FROM orchestrator.compute_workloads w WHERE w.id = NEW.workload_id);' || E'\n    fields CONSTANT text'),
        ('chain_decision', 'outbox (topic, type, subject, payload)', 'outbox (topic, type, subject, payload, operator_id)'),
        ('chain_decision', '''hash'', new_hash)));', '''hash'', new_hash)), operator);')) AS r (name, old, new)
    LOOP
        before := pg_get_functiondef(rule.name::regproc);
        after := replace(before, rule.old, rule.new);
        IF after = before THEN
            RAISE EXCEPTION '% does not have: %', rule.name, rule.old;
        END IF;
        EXECUTE after;
    END LOOP;
END $$;
