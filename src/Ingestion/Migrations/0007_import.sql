-- Imports: months that are built before they are attached, and the order of sources in the views.

-- The partition of a month in two steps, between which it can be filled as a table of its own: without the indexes, which
-- are built at once when it is attached, and without the foreign keys, which are then checked with one join.
-- False when the month is there already, or when rows of it lie in the default partition.
CREATE FUNCTION begin_month(parent text, month timestamptz) RETURNS boolean LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    first timestamptz := date_trunc('month', month);
    child text := format('%s_%s', parent, to_char(month, 'YYYYMM'));
    is_taken boolean;
BEGIN
    IF to_regclass('ingestion.' || child) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('pylon.ingestion.partitions'));
    -- Asked of the table itself: what to_regclass remembers may be older than the lock.
    IF EXISTS (SELECT FROM pg_class WHERE relname = child AND relnamespace = 'ingestion'::regnamespace) THEN
        RETURN false;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM ingestion.%I WHERE window_start >= %L AND window_start < %L)', parent || '_default', first, first + interval '1 month') INTO is_taken;
    IF is_taken THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE ingestion.%I (LIKE ingestion.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent);
    RETURN true;
END $$;

CREATE FUNCTION attach_month(parent text, month timestamptz) RETURNS void LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    first timestamptz := date_trunc('month', month);
    next timestamptz := date_trunc('month', month) + interval '1 month';
    child text := format('%s_%s', parent, to_char(month, 'YYYYMM'));
BEGIN
    EXECUTE format('LOCK TABLE ingestion.%I IN SHARE ROW EXCLUSIVE MODE', parent);
    EXECUTE format(
        'WITH moved AS (DELETE FROM ingestion.%I WHERE window_start >= %L AND window_start < %L RETURNING *) INSERT INTO ingestion.%I SELECT * FROM moved',
        parent || '_default', first, next, child);
    EXECUTE format('ALTER TABLE ingestion.%I ATTACH PARTITION ingestion.%I FOR VALUES FROM (%L) TO (%L)', parent, child, first, next);
END $$;

CREATE OR REPLACE VIEW current_grid_status AS
    SELECT DISTINCT ON (window_start) window_start, window_end, coalesce(actual_gco2_kwh, forecast_gco2_kwh) AS carbon_intensity_gco2_kwh,
           actual_gco2_kwh IS NOT NULL AS is_actual, index, source, captured_at
    FROM carbon_intensity_national
    WHERE window_start > now() - interval '30 minutes' AND window_start <= now()
    ORDER BY window_start, source = 'synthetic', actual_gco2_kwh IS NULL, source LIKE 'import:%', captured_at DESC;

CREATE OR REPLACE VIEW regional_opportunities AS
    SELECT r.region_id, r.short_name, c.window_start, c.window_end,
           coalesce(c.actual_gco2_kwh, c.forecast_gco2_kwh) AS carbon_intensity_gco2_kwh, c.index, c.source, c.captured_at
    FROM regions r CROSS JOIN LATERAL (
        SELECT * FROM carbon_intensity_regional
        WHERE region_id = r.region_id AND window_start > now() - interval '30 minutes' AND window_start <= now()
        ORDER BY source = 'synthetic', actual_gco2_kwh IS NULL, source LIKE 'import:%', captured_at DESC LIMIT 1) c
    ORDER BY carbon_intensity_gco2_kwh;
