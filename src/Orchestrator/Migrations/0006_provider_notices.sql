-- What a provider says of an order by itself, and the transitions that follow from it; docs/states.md draws them.

CREATE TABLE provider_notices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workload_id uuid NOT NULL REFERENCES compute_workloads ON DELETE CASCADE,
    order_id text NOT NULL REFERENCES beckn_orders ON DELETE CASCADE,
    action text NOT NULL CHECK (action IN ('cancel', 'update', 'status')),
    -- As the provider gives it; a notice that is sent again is stored once.
    message_id text NOT NULL CHECK (length(message_id) <= 200),
    body jsonb NOT NULL,
    -- proto3 JSON of pylon.common.v1.GridAlert; null for a notice without one.
    alert jsonb CHECK (jsonb_typeof(alert) = 'object'),
    received_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (order_id, action, message_id)
);
COMMENT ON TABLE provider_notices IS 'on_cancel, on_update and on_status that no message of ours asked for. Source: the callbacks of providers.';
CREATE INDEX provider_notices_of_workload ON provider_notices (workload_id, id DESC);

-- The function is changed, not replaced, so that its other rules stay as the migrations before have left them.
--  * scheduled to pending_user_choice: the provider cancels the booking, and the user chooses again.
--  * scheduled to choosing, cancelled to cancelling: an order that counted as cancelled is confirmed after all, and is
--    cancelled again.
DO $$
DECLARE
    before text := pg_get_functiondef('compute_workloads_transition'::regproc);
    after text := replace(before, '(''scheduled'', ''cancelling''),',
        '(''scheduled'', ''cancelling''), (''scheduled'', ''choosing''), (''scheduled'', ''pending_user_choice''), (''cancelled'', ''cancelling''),');
BEGIN
    IF after = before THEN
        RAISE EXCEPTION 'compute_workloads_transition has no transition from scheduled to cancelling';
    END IF;
    EXECUTE after;
END $$;

-- A run that was cancelled with its booking begins again with the next one.
CREATE TRIGGER notify_run_requested_again AFTER UPDATE ON workload_runs
    FOR EACH ROW WHEN (OLD.state = 'cancelled' AND NEW.state = 'requested')
    EXECUTE FUNCTION notify_run_requested();
