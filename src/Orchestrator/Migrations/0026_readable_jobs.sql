-- The JSON that plain SQL writes can be read, too; Api/WorkloadMapping.cs and Runs/JobCheck.cs have the same rules.

-- As the workers name parameters. What is no object has no keys to count.
CREATE FUNCTION are_parameters(value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN jsonb_typeof(value) = 'object' THEN (
        SELECT count(*) <= 16 AND coalesce(sum(length(p.key) + length(p.value #>> '{}')), 0) <= 4096
            AND coalesce(bool_and(jsonb_typeof(p.value) = 'string' AND p.key ~ '^[a-z][a-z0-9_]{0,39}$' AND is_text(p.value #>> '{}', 4096)), true)
        FROM jsonb_each(value) p)
        ELSE false END;

-- Rows that are there already: numbers and booleans become their text, other values were not given. No trigger announces that.
ALTER TABLE compute_workloads DISABLE TRIGGER USER;
UPDATE compute_workloads SET job_parameters = (
    SELECT jsonb_object_agg(p.key, p.value #>> '{}') FROM jsonb_each(job_parameters) p WHERE jsonb_typeof(p.value) IN ('string', 'number', 'boolean'))
WHERE NOT are_parameters(job_parameters);
UPDATE compute_workloads SET job_parameters = NULL WHERE NOT are_parameters(job_parameters);
ALTER TABLE compute_workloads ENABLE TRIGGER USER;
ALTER TABLE compute_workloads ADD CONSTRAINT parameters_can_be_read CHECK (are_parameters(job_parameters));

UPDATE workload_runs SET work = '{}' WHERE jsonb_typeof(work) <> 'object';
ALTER TABLE workload_runs ADD CONSTRAINT work_is_an_object CHECK (jsonb_typeof(work) = 'object');
