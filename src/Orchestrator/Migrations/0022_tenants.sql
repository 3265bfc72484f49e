-- Needs the roles of callers.
-- The second wall between operators: a statement of a caller runs as the role pylon_caller, and row security shows that role the rows
-- of one operator, which app.tenant names. Every other role sees what it did; docs/adr/0039-tenants.md has the reasons.

-- A row without an operator is of the built-in one. In policies and statements: an operator's rows, or all where none is named.
CREATE FUNCTION is_of(operator_id uuid, tenant uuid) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN tenant IS NULL OR coalesce(operator_id, '00000000-0000-0000-0000-000000000000') = tenant;

-- An error where no operator is named.
CREATE FUNCTION is_of_caller(operator_id uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(operator_id, '00000000-0000-0000-0000-000000000000') = current_setting('app.tenant')::uuid;

GRANT USAGE ON SCHEMA orchestrator TO pylon_caller;
GRANT SELECT, INSERT, UPDATE, DELETE ON compute_workloads, workload_recommendations, beckn_orders, dead_letters, workload_runs,
    users, operators, data_centres, storage_assets, agents TO pylon_caller;
GRANT SELECT, INSERT ON agent_states, processed_contexts, orchestration_decisions TO pylon_caller;
GRANT SELECT ON beckn_messages, provider_notices, workload_energy_consumption, decision_contexts, llm_outputs, decision_chain,
    counted_workloads, user_workload_summary, operator_summary TO pylon_caller;
-- What triggers write and no caller reads.
GRANT INSERT ON outbox, workload_notifications, archived_objects TO pylon_caller;

DO $$
DECLARE
    wall record;
BEGIN
    FOR wall IN SELECT * FROM (VALUES
        ('compute_workloads', 'orchestrator.is_of_caller(operator_id)'),
        ('users', 'orchestrator.is_of_caller(operator_id)'),
        ('data_centres', 'orchestrator.is_of_caller(operator_id)'),
        ('storage_assets', 'orchestrator.is_of_caller(operator_id)'),
        ('operators', 'orchestrator.is_of_caller(id)'),
        ('agent_states', 'EXISTS (SELECT FROM orchestrator.agents a WHERE a.id = agent_states.agent_id AND orchestrator.is_of_caller(a.operator_id))'),
        ('workload_recommendations', 'EXISTS (SELECT FROM orchestrator.compute_workloads w WHERE w.id = workload_id)'),
        ('beckn_orders', 'EXISTS (SELECT FROM orchestrator.compute_workloads w WHERE w.id = workload_id)'),
        ('beckn_messages', 'EXISTS (SELECT FROM orchestrator.compute_workloads w WHERE w.id = workload_id)'),
        ('provider_notices', 'EXISTS (SELECT FROM orchestrator.compute_workloads w WHERE w.id = workload_id)'),
        ('dead_letters', 'EXISTS (SELECT FROM orchestrator.compute_workloads w WHERE w.id = workload_id)'),
        ('workload_runs', 'EXISTS (SELECT FROM orchestrator.compute_workloads w WHERE w.id = workload_id)'),
        ('workload_energy_consumption', 'EXISTS (SELECT FROM orchestrator.compute_workloads w WHERE w.id = workload_id)'),
        ('decision_contexts', 'EXISTS (SELECT FROM orchestrator.compute_workloads w WHERE w.id = workload_id)'),
        ('llm_outputs', 'EXISTS (SELECT FROM orchestrator.compute_workloads w WHERE w.id = workload_id)'),
        ('processed_contexts', 'EXISTS (SELECT FROM orchestrator.decision_contexts c WHERE c.id = context_id)'),
        ('orchestration_decisions', 'EXISTS (SELECT FROM orchestrator.compute_workloads w WHERE w.id = workload_id)'),
        ('decision_chain', 'EXISTS (SELECT FROM orchestrator.orchestration_decisions d WHERE d.id = decision)')) AS v (name, rule)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', wall.name);
        -- The planner drops a condition that is true: the workers pay nothing.
        EXECUTE format('CREATE POLICY everyone ON %I USING (true) WITH CHECK (true)', wall.name);
        EXECUTE format('CREATE POLICY tenant ON %I AS RESTRICTIVE TO pylon_caller USING (%s)', wall.name, wall.rule);
    END LOOP;
END $$;

-- The Orchestrator's own agent decides for every operator: each may read its name, and none may change it.
ALTER TABLE agents ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON agents USING (true) WITH CHECK (true);
CREATE POLICY tenant_reads ON agents AS RESTRICTIVE FOR SELECT TO pylon_caller USING (is_of_caller(operator_id) OR agent_id = 'pylon-orchestrator');
CREATE POLICY tenant_adds ON agents AS RESTRICTIVE FOR INSERT TO pylon_caller WITH CHECK (is_of_caller(operator_id));
CREATE POLICY tenant_changes ON agents AS RESTRICTIVE FOR UPDATE TO pylon_caller USING (is_of_caller(operator_id));
CREATE POLICY tenant_removes ON agents AS RESTRICTIVE FOR DELETE TO pylon_caller USING (is_of_caller(operator_id));

-- A view shows what the one who reads it may see.
ALTER VIEW counted_workloads SET (security_invoker = true);
ALTER VIEW user_workload_summary SET (security_invoker = true);
ALTER VIEW operator_summary SET (security_invoker = true);

-- The pages of one operator, newest first. It finds what the index before did.
DROP INDEX compute_workloads_operator_idx;
CREATE INDEX compute_workloads_of_operator ON compute_workloads (operator_id, submitted_at DESC, id DESC);

-- A user counts for one operator. The one who writes the row may not see the users of others; an address that another operator's user
-- has makes no link. is_strict: the operator of the row is that of the caller; else a row without operator takes any user.
DROP FUNCTION find_or_create_user(text);
CREATE FUNCTION find_or_create_user(address text, operator uuid, is_strict boolean) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    found_id uuid;
    found_operator uuid;
BEGIN
    IF address IS NULL OR address = '' THEN
        RETURN NULL;
    END IF;
    -- More than once only where a user is deleted meanwhile.
    FOR attempt IN 1..10 LOOP
        SELECT id, operator_id INTO found_id, found_operator FROM orchestrator.users WHERE lower(email) = lower(address);
        IF found_id IS NULL THEN
            INSERT INTO orchestrator.users (email, operator_id) VALUES (address, CASE WHEN is_strict THEN operator END)
            ON CONFLICT DO NOTHING RETURNING id, operator_id INTO found_id, found_operator;
        END IF;
        IF found_id IS NOT NULL THEN
            RETURN CASE WHEN NOT is_strict OR found_operator IS NOT DISTINCT FROM operator THEN found_id END;
        END IF;
    END LOOP;
    RAISE EXCEPTION 'the user with this e-mail address is made and deleted by others again and again: repeat the transaction'
        USING ERRCODE = 'serialization_failure';
END $$;

CREATE OR REPLACE FUNCTION link_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.user_email := nullif(NEW.user_email, '');
    NEW.user_id := CASE WHEN orchestrator.is_email(NEW.user_email) THEN
        orchestrator.find_or_create_user(NEW.user_email, NEW.operator_id, coalesce(current_setting('app.tenant', true), '') <> '') END;
    RETURN NEW;
END $$;
