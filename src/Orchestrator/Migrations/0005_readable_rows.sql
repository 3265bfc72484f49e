-- Whoever writes a row, the service can read it: times from 2000 to 2200, finite numbers, text of bounded length without
-- control characters. docs/states.md draws the state machine that compute_workloads_transition enforces.

-- Lengths count Unicode code points. Api/WorkloadMapping.cs has the same rules.
CREATE FUNCTION is_text(value text, longest integer) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN length(value) <= longest AND value !~ '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]';

-- At least one character that can be seen: not only spaces, zero-width characters and fillers.
CREATE FUNCTION is_name(value text, longest integer) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN length(value) <= longest AND value !~ '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]'
        AND value ~ '[^\s\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]';

-- One @ with something before and after it, and no character that cannot be seen.
CREATE FUNCTION is_email(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN length(value) <= 254 AND value ~ '^[^@]+@[^@]+$'
        AND value !~ '[\s\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]';

CREATE FUNCTION is_time(value timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN value >= timestamptz '2000-01-01 00:00:00+00' AND value < timestamptz '2200-01-01 00:00:00+00';

-- Rows that are there already: what cannot be read becomes what is nearest to it. No trigger announces that.
ALTER TABLE compute_workloads DISABLE TRIGGER USER;
UPDATE compute_workloads SET
    workload_name = CASE WHEN is_name(workload_name, 200) THEN workload_name ELSE 'workload ' || id END,
    request = CASE WHEN is_text(request, 4000) THEN request END,
    workload_type = CASE WHEN is_text(workload_type, 100) THEN workload_type END,
    pipeline = CASE WHEN is_name(pipeline, 100) THEN pipeline END,
    user_email = CASE WHEN is_email(user_email) THEN user_email END,
    carbon_cap_gco2 = CASE WHEN carbon_cap_gco2 < 'Infinity' THEN carbon_cap_gco2 END,
    max_price_gbp = CASE WHEN max_price_gbp < 'Infinity' THEN max_price_gbp END,
    deadline = CASE WHEN is_time(deadline) THEN deadline END,
    submitted_at = greatest('2000-01-01 00:00:00+00', least(submitted_at, '2199-12-31 00:00:00+00')),
    updated_at = greatest('2000-01-01 00:00:00+00', least(updated_at, '2199-12-31 00:00:00+00')),
    due_at = greatest('2000-01-01 00:00:00+00', least(due_at, '2199-12-31 00:00:00+00')),
    failure_reason = left(failure_reason, 2000),
    llm_select_init_confirm = left(llm_select_init_confirm, 100000),
    attempts = least(attempts, 999999),
    refused_item_ids = CASE WHEN coalesce(array_ndims(refused_item_ids), 1) = 1 AND array_position(refused_item_ids, NULL) IS NULL
        THEN refused_item_ids ELSE '{}' END
WHERE NOT (is_name(workload_name, 200) AND is_text(coalesce(request, ''), 4000) AND is_text(coalesce(workload_type, ''), 100)
    AND is_name(coalesce(pipeline, 'x'), 100) AND is_email(coalesce(user_email, 'a@b'))
    AND coalesce(carbon_cap_gco2, 0) < 'Infinity' AND coalesce(max_price_gbp, 0) < 'Infinity'
    AND is_time(coalesce(deadline, now())) AND is_time(submitted_at) AND is_time(updated_at) AND is_time(due_at)
    AND length(coalesce(failure_reason, '')) <= 2000 AND length(coalesce(llm_select_init_confirm, '')) <= 100000 AND attempts < 1000000
    AND coalesce(array_ndims(refused_item_ids), 1) = 1 AND array_position(refused_item_ids, NULL) IS NULL);
ALTER TABLE compute_workloads ENABLE TRIGGER USER;

ALTER TABLE compute_workloads
    ADD CONSTRAINT name_can_be_read CHECK (is_name(workload_name, 200)),
    ADD CONSTRAINT request_can_be_read CHECK (is_text(request, 4000)),
    ADD CONSTRAINT type_can_be_read CHECK (is_text(workload_type, 100)),
    ADD CONSTRAINT pipeline_can_be_read CHECK (is_name(pipeline, 100)),
    ADD CONSTRAINT email_can_be_read CHECK (is_email(user_email)),
    ADD CONSTRAINT cap_is_finite CHECK (carbon_cap_gco2 < 'Infinity'),
    ADD CONSTRAINT price_is_finite CHECK (max_price_gbp < 'Infinity'),
    ADD CONSTRAINT times_can_be_read CHECK (is_time(deadline) IS NOT FALSE AND is_time(submitted_at) AND is_time(updated_at) AND is_time(due_at)),
    ADD CONSTRAINT reason_can_be_read CHECK (length(failure_reason) <= 2000),
    ADD CONSTRAINT summary_can_be_read CHECK (length(llm_select_init_confirm) <= 100000),
    ADD CONSTRAINT attempts_can_be_counted CHECK (attempts < 1000000),
    ADD CONSTRAINT refused_items_can_be_read CHECK (
        coalesce(array_ndims(refused_item_ids), 1) = 1 AND array_position(refused_item_ids, NULL) IS NULL);

-- What is chosen is said when the summary is read.
ALTER TABLE compute_workloads DISABLE TRIGGER USER;
UPDATE compute_workloads SET llm_select_init_confirm = replace(llm_select_init_confirm, E'\nNothing is chosen yet: pick option 1, 2 or 3.', '')
WHERE llm_select_init_confirm LIKE '%Nothing is chosen yet%';
ALTER TABLE compute_workloads ENABLE TRIGGER USER;

UPDATE users u SET email = u.id || '@unreadable.invalid' WHERE NOT is_email(email);
UPDATE users SET created_at = now() WHERE NOT is_time(created_at);
ALTER TABLE users
    ADD CONSTRAINT email_can_be_read CHECK (is_email(email)),
    ADD CONSTRAINT created_can_be_read CHECK (is_time(created_at));

UPDATE operators SET name = 'operator ' || id WHERE NOT is_name(name, 200);
UPDATE operators SET created_at = now() WHERE NOT is_time(created_at);
ALTER TABLE operators
    ADD CONSTRAINT name_can_be_read CHECK (is_name(name, 200)),
    ADD CONSTRAINT created_can_be_read CHECK (is_time(created_at));

UPDATE dead_letters SET
    reason = left(reason, 2000),
    failed_at = greatest('2000-01-01 00:00:00+00', least(failed_at, '2199-12-31 00:00:00+00')),
    replayed_at = greatest('2000-01-01 00:00:00+00', least(replayed_at, '2199-12-31 00:00:00+00'))
WHERE NOT (length(reason) <= 2000 AND is_time(failed_at) AND is_time(coalesce(replayed_at, now())));
ALTER TABLE dead_letters
    ADD CONSTRAINT reason_can_be_read CHECK (length(reason) <= 2000),
    ADD CONSTRAINT times_can_be_read CHECK (is_time(failed_at) AND is_time(replayed_at) IS NOT FALSE);

UPDATE workload_runs SET
    attempts = least(attempts, 999999),
    requested_at = greatest('2000-01-01 00:00:00+00', least(requested_at, '2199-12-31 00:00:00+00')),
    defined_at = greatest('2000-01-01 00:00:00+00', least(defined_at, '2199-12-31 00:00:00+00')),
    ended_at = greatest('2000-01-01 00:00:00+00', least(ended_at, '2199-12-31 00:00:00+00')),
    updated_at = greatest('2000-01-01 00:00:00+00', least(updated_at, '2199-12-31 00:00:00+00')),
    due_at = greatest('2000-01-01 00:00:00+00', least(due_at, '2199-12-31 00:00:00+00'))
WHERE NOT (attempts < 1000000 AND is_time(requested_at) AND is_time(coalesce(defined_at, now())) AND is_time(coalesce(ended_at, now())) AND is_time(updated_at) AND is_time(due_at));
ALTER TABLE workload_runs
    ADD CONSTRAINT attempts_can_be_counted CHECK (attempts < 1000000),
    ADD CONSTRAINT progress_is_an_object CHECK (jsonb_typeof(progress) = 'object'),
    ADD CONSTRAINT times_can_be_read CHECK (is_time(requested_at) AND is_time(defined_at) IS NOT FALSE
        AND is_time(ended_at) IS NOT FALSE AND is_time(updated_at) AND is_time(due_at));
ALTER TABLE workload_recommendations
    ADD CONSTRAINT recommendation_is_an_object CHECK (jsonb_typeof(recommendation) = 'object'),
    ADD CONSTRAINT offer_is_an_object CHECK (jsonb_typeof(offer) = 'object');

-- An address that is no e-mail address makes no user; the CHECK of the workload refuses it. '' is no address.
CREATE OR REPLACE FUNCTION link_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.user_email := nullif(NEW.user_email, '');
    NEW.user_id := CASE WHEN orchestrator.is_email(NEW.user_email) THEN orchestrator.find_or_create_user(NEW.user_email) END;
    RETURN NEW;
END $$;

-- A failed workload goes on by a change of its status alone: its dead letter is closed and its attempts begin anew.
CREATE OR REPLACE FUNCTION compute_workloads_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'queued' THEN
            RAISE EXCEPTION 'a workload begins as queued, not as %', NEW.status USING ERRCODE = 'check_violation';
        END IF;
        -- The oldest is due first, but urgent work before what has waited an hour less.
        NEW.due_at := GREATEST(LEAST(NEW.submitted_at, now()) - CASE NEW.urgency WHEN 'HIGH' THEN interval '1 hour' ELSE interval '0' END, '2000-01-01 00:00:00+00');
        RETURN NEW;
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
        ('queued', 'processing'), ('queued', 'cancelling'),
        ('processing', 'queued'), ('processing', 'pending_user_choice'), ('processing', 'failed'), ('processing', 'cancelling'),
        ('pending_user_choice', 'choosing'), ('pending_user_choice', 'scheduled'), ('pending_user_choice', 'cancelling'),
        ('choosing', 'scheduled'), ('choosing', 'pending_user_choice'), ('choosing', 'failed'), ('choosing', 'cancelling'),
        ('scheduled', 'cancelling'),
        ('failed', 'queued'), ('failed', 'choosing'), ('failed', 'cancelling'),
        ('cancelling', 'cancelled'), ('cancelling', 'failed')) THEN
        RAISE EXCEPTION 'a workload does not go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.status = 'failed' AND NEW.status <> 'failed' THEN
        NEW.attempts := 0;
        NEW.failure_reason := NULL;
        NEW.resume_status := NULL;
        NEW.due_at := now();
        IF NEW.status = 'queued' THEN
            -- It is offered anew, whatever it was doing when it failed.
            NEW.bpp_processed := false;
            NEW.chosen_option := NULL;
        END IF;
        UPDATE orchestrator.dead_letters SET replayed_at = now() WHERE workload_id = NEW.id AND replayed_at IS NULL;
    END IF;
    -- The worker under which it is cancelled writes nothing more; the end of its lease stays when it is taken up.
    IF NEW.status = 'cancelling' AND OLD.status IN ('processing', 'choosing') THEN
        NEW.lease_owner := NULL;
    END IF;
    -- Urgent work that is queued again at once goes before the others again.
    IF NEW.urgency = 'HIGH' AND NEW.status = 'queued' AND NEW.due_at <> OLD.due_at AND NEW.due_at <= now() AND NEW.due_at > now() - interval '1 minute' THEN
        NEW.due_at := NEW.due_at - interval '1 hour';
    END IF;
    NEW.updated_at := now();
    RETURN NEW;
END $$;

-- Letters of workloads that went on by plain SQL before.
UPDATE dead_letters d SET replayed_at = now()
FROM compute_workloads w WHERE w.id = d.workload_id AND d.replayed_at IS NULL AND w.status <> 'failed';

-- What the retention removes is found without reading what stays (Retention/RetentionStore.cs).
ALTER TABLE beckn_messages ADD COLUMN answer_removed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN beckn_messages.answer_removed IS 'The answer was here and is removed for its age.';
CREATE INDEX beckn_messages_with_answer ON beckn_messages (answered_at) WHERE NOT answer_removed;
CREATE INDEX beckn_messages_oldest ON beckn_messages (created_at);
CREATE INDEX workload_notifications_oldest ON workload_notifications (created_at);
