-- Which transactions changed the tables of the series, so that a reader who keeps a series knows whether it is still what
-- is stored. Each transaction writes a row of its own: no writer waits for another, and a row is seen when its change is.
CREATE TABLE series_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    series_table text NOT NULL CHECK (series_table <> ''),
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (series_table, transaction_id)
);
COMMENT ON TABLE series_changes IS 'Transactions that changed a table of the series in the last day. The version of a series is the number, the last id and the sum of the ids of its tables'' rows. Source: triggers.';
CREATE INDEX series_changes_old_idx ON series_changes (changed_at);

-- A row that is a day old goes: the version then changes without a change of the series, which costs its readers one look.
CREATE FUNCTION record_series_change(changed text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ingestion.series_changes (series_table) VALUES (changed) ON CONFLICT DO NOTHING;
    DELETE FROM ingestion.series_changes WHERE id IN (
        SELECT id FROM ingestion.series_changes WHERE changed_at < now() - interval '1 day' ORDER BY changed_at LIMIT 100 FOR UPDATE SKIP LOCKED);
END $$;

CREATE FUNCTION record_series_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ingestion.record_series_change(TG_TABLE_NAME);
    RETURN NULL;
END $$;

DO $$ DECLARE series text; BEGIN
    FOREACH series IN ARRAY ARRAY[
        'carbon_intensity_national', 'carbon_intensity_regional', 'demand_forecast_national', 'demand_actual_national', 'wholesale_prices', 'imbalance_volume'] LOOP
        EXECUTE format('CREATE TRIGGER series_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION record_series_change()', series);
    END LOOP;
END $$;

-- As in 0007; the rows of a month that is attached did not go through the table.
CREATE OR REPLACE FUNCTION attach_month(parent text, month timestamptz) RETURNS void LANGUAGE plpgsql SET timezone = 'UTC' AS $$
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
    PERFORM ingestion.record_series_change(parent);
END $$;
