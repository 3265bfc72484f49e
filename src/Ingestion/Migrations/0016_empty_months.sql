-- A month that is there without a row is filled like one that is not there (0007): beside it, without the indexes, then it takes its
-- place. Its caller holds the table and all its partitions in SHARE ROW EXCLUSIVE mode, so the month stays empty until the commit.

-- False when the month is not there, or has a row.
CREATE FUNCTION begin_empty_month(parent text, month timestamptz) RETURNS boolean LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    child text := format('%s_%s', parent, to_char(month, 'YYYYMM'));
    is_taken boolean;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = to_regclass('ingestion.' || parent) AND inhrelid = to_regclass('ingestion.' || child)) THEN
        RETURN false;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM ingestion.%I)', child) INTO is_taken;
    IF is_taken THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE ingestion.%I (LIKE ingestion.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child || '_new', parent);
    RETURN true;
END $$;

-- Readers wait while a partition is dropped, so this is the last step of a transaction, and where a reader keeps the table for
-- longer than the timeout, or a view needs the old partition, the rows go into that one by one. The timeout is shorter than that of a deadlock.
CREATE FUNCTION replace_empty_months(parent text, months timestamptz[]) RETURNS void LANGUAGE plpgsql SET timezone = 'UTC' SET lock_timeout = '200ms' AS $$
DECLARE
    month timestamptz;
    child text;
BEGIN
    BEGIN
        FOREACH month IN ARRAY months LOOP
            child := format('%s_%s', parent, to_char(month, 'YYYYMM'));
            EXECUTE format('DROP TABLE ingestion.%I', child);
            EXECUTE format('ALTER TABLE ingestion.%I RENAME TO %I', child || '_new', child);
            EXECUTE format('ALTER TABLE ingestion.%I ATTACH PARTITION ingestion.%I FOR VALUES FROM (%L) TO (%L)', parent, child, month, month + interval '1 month');
        END LOOP;
    EXCEPTION WHEN lock_not_available OR dependent_objects_still_exist THEN
        FOREACH month IN ARRAY months LOOP
            child := format('%s_%s', parent, to_char(month, 'YYYYMM'));
            EXECUTE format('INSERT INTO ingestion.%I SELECT * FROM ingestion.%I', child, child || '_new');
            EXECUTE format('DROP TABLE ingestion.%I', child || '_new');
        END LOOP;
    END;
    PERFORM ingestion.record_series_change(parent);
END $$;
