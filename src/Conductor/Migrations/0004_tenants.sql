-- Needs the roles of callers.
-- Whose a batch is: of the operator that defined its pipeline or reported of it first. A batch without a row is the built-in operator's.
-- Row security is the second wall, as in the Orchestrator; docs/adr/0039-tenants.md has the reasons.
CREATE TABLE batch_owners (
    batch_id text PRIMARY KEY CHECK (length(batch_id) BETWEEN 1 AND 200),
    operator_id uuid NOT NULL,
    claimed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX batch_owners_of_operator ON batch_owners (operator_id, batch_id COLLATE "C");
CREATE INDEX batch_owners_oldest ON batch_owners (claimed_at);
COMMENT ON TABLE batch_owners IS 'The operators of batches. Source: the first call about a batch that names an operator.';

CREATE FUNCTION owner_of_batch(batch text) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce((SELECT o.operator_id FROM conductor.batch_owners o WHERE o.batch_id = batch), '00000000-0000-0000-0000-000000000000');

-- What callers write goes through the journal, which writes for all of them together.
GRANT USAGE ON SCHEMA conductor TO pylon_caller;
GRANT SELECT ON batches, phase_reports, definitions, dead_letters, batch_owners TO pylon_caller;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['batches', 'phase_reports', 'definitions', 'dead_letters', 'batch_owners'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        -- The planner drops a condition that is true: the workers pay nothing.
        EXECUTE format('CREATE POLICY everyone ON %I USING (true) WITH CHECK (true)', name);
    END LOOP;
    CREATE POLICY tenant ON batch_owners AS RESTRICTIVE TO pylon_caller USING (operator_id = current_setting('app.tenant')::uuid);
    FOREACH name IN ARRAY ARRAY['batches', 'phase_reports', 'definitions', 'dead_letters'] LOOP
        EXECUTE format(
            'CREATE POLICY tenant ON %I AS RESTRICTIVE TO pylon_caller USING (conductor.owner_of_batch(batch_id) = current_setting(''app.tenant'')::uuid)', name);
    END LOOP;
END $$;
-- It must see the owners of all.
ALTER FUNCTION owner_of_batch(text) SECURITY DEFINER;
