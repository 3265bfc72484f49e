-- The order of the levels and of severities: info, warn, critical.
CREATE FUNCTION level_rank(level text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    CASE level WHEN 'info' THEN 1 WHEN 'warn' THEN 2 WHEN 'critical' THEN 3 END;

-- Alerts that a person does not want to be told of for a time. An alert that matches is stored and marked, and not sent.
CREATE TABLE silences (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    -- Makes a repeated request the same silence.
    request_id text UNIQUE CHECK (length(request_id) BETWEEN 1 AND 200),
    -- Only the alerts of this tenant match.
    operator_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    -- What an alert must have; null: anything.
    entity text CHECK (length(entity) BETWEEN 1 AND 200),
    entity_type text CHECK (entity_type IN ('supplier', 'route', 'factory', 'warehouse', 'data_centre', 'region')),
    cause text CHECK (cause IN ('activity', 'efficiency', 'grid', 'factor', 'data')),
    -- Its level at most.
    max_level text CHECK (max_level IN ('info', 'warn', 'critical')),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    created_by text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    -- Earlier than it was meant to be, once a person ended it.
    ends_at timestamptz NOT NULL CHECK (ends_at > created_at OR ended_at IS NOT NULL),
    ended_at timestamptz,
    ended_by text,
    CHECK (num_nonnulls(entity, entity_type, cause, max_level) > 0)
);
CREATE INDEX silences_by_end ON silences (operator_id, ends_at);
CREATE INDEX silences_by_time ON silences (created_at DESC, id DESC);

-- What a person should know of hotspots: one row for each opening, escalation and end, and one when one flaps.
CREATE TABLE alerts (
    id uuid PRIMARY KEY,
    operator_id uuid NOT NULL,
    hotspot_id uuid NOT NULL REFERENCES hotspots,
    -- Of the hotspot, at which the alert was raised, and how often that was re-opened then.
    transition text NOT NULL CHECK (transition IN ('opened', 'reopened', 'escalated', 'resolved', 'flapping')),
    reopened integer NOT NULL CHECK (reopened >= 0),
    level text NOT NULL CHECK (level IN ('info', 'warn', 'critical')),
    message text NOT NULL,
    entity text NOT NULL,
    entity_type text NOT NULL,
    cause text NOT NULL,
    -- When it was raised: per cent of what is normal; kg CO2e above what is normal; the hour that was judged.
    percent_above double precision NOT NULL,
    impact_kg double precision NOT NULL,
    hour timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    -- The silence that it matched when it was raised.
    silence_id uuid REFERENCES silences,
    acknowledged boolean GENERATED ALWAYS AS (acknowledged_at IS NOT NULL) STORED NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by text,
    -- It counts as acknowledged until then; null: until it is resolved.
    acknowledged_until timestamptz,
    acknowledgement_note text,
    -- When its hotspot was resolved.
    resolved_at timestamptz,
    -- When it was last sent; null while it was not because of a silence.
    last_notice_at timestamptz,
    UNIQUE (hotspot_id, transition, level, reopened)
);
CREATE INDEX alerts_by_time ON alerts (created_at DESC, id DESC);
CREATE INDEX alerts_of_level ON alerts (level, created_at DESC, id DESC);
CREATE INDEX alerts_of_entity ON alerts (entity, created_at DESC, id DESC);
CREATE INDEX alerts_of_silence ON alerts (silence_id) WHERE silence_id IS NOT NULL;
CREATE INDEX alerts_not_resolved ON alerts (hotspot_id) WHERE resolved_at IS NULL;
-- What the worker looks at: the alerts that are sent again, and the acknowledgements that end.
CREATE INDEX alerts_to_repeat ON alerts (last_notice_at NULLS FIRST)
    WHERE level = 'critical' AND resolved_at IS NULL;
CREATE INDEX alerts_acknowledged_until ON alerts (acknowledged_until) WHERE acknowledged_until IS NOT NULL AND resolved_at IS NULL;

-- The history of alerts. Only added to.
CREATE TABLE alert_history (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id uuid NOT NULL REFERENCES alerts,
    -- sent: the receiver took the notice; not_sent: it was given up.
    what text NOT NULL CHECK (what IN
        ('raised', 'repeated', 'acknowledged', 'unacknowledged', 'commented', 'resolved', 'sent', 'not_sent')),
    -- Who did it; empty for Pylon itself. Of sent and not_sent: the receiver.
    user_id text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    -- Of a comment: makes a repeated request the same one.
    request_id text CHECK (length(request_id) BETWEEN 1 AND 200),
    -- The values of the alert at that moment; null where they do not matter.
    percent_above double precision,
    impact_kg double precision,
    at timestamptz NOT NULL,
    UNIQUE (alert_id, request_id)
);
CREATE INDEX history_of_alert ON alert_history (alert_id, id);
CREATE TRIGGER alert_history_only_added BEFORE UPDATE OR DELETE ON alert_history FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER alert_history_not_truncated BEFORE TRUNCATE ON alert_history FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What is sent to the receiver: one row for an alert, and one for each time that it is sent again.
CREATE TABLE alert_notices (
    alert_id uuid NOT NULL REFERENCES alerts,
    -- 0 for the alert, then 1, 2, … for the repeats.
    number integer NOT NULL CHECK (number >= 0),
    -- The values that it tells.
    percent_above double precision NOT NULL,
    impact_kg double precision NOT NULL,
    created_at timestamptz NOT NULL,
    -- dead: given up after its attempts; a person can send it again.
    status text NOT NULL DEFAULT 'due' CHECK (status IN ('due', 'sent', 'silenced', 'no_receiver', 'dead')),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- When it is tried next; while an instance sends it, when another one may.
    due_at timestamptz NOT NULL,
    lease_owner uuid,
    -- Host and port of the receiver that was tried last.
    receiver text,
    -- Of its last answer; null without an answer.
    http_status integer,
    failure_reason text,
    sent_at timestamptz,
    PRIMARY KEY (alert_id, number)
);
CREATE INDEX notices_due ON alert_notices (due_at) WHERE status = 'due';
CREATE INDEX notices_by_status ON alert_notices (status, created_at DESC, alert_id DESC);

CREATE FUNCTION notify_alert_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('alert_notices', '');
    RETURN NULL;
END;
$$;
CREATE TRIGGER alert_notice_inserted AFTER INSERT ON alert_notices FOR EACH STATEMENT EXECUTE FUNCTION notify_alert_notice();

-- What the list of the audit log filters by.
CREATE INDEX audit_of_action ON audit_logs (action, id DESC);
CREATE INDEX audit_of_user ON audit_logs (user_id, id DESC);
