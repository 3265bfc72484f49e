-- A source that was never read is stale too, some time after it became known.
ALTER TABLE source_freshness ADD COLUMN known_since timestamptz NOT NULL DEFAULT now();
COMMENT ON TABLE source_freshness IS 'When each source was last read with success. Source: Ingestion.';

-- Whoever watches the grid looks again. A hint: the tables are the truth.
CREATE FUNCTION notify_grid_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('grid_changed', '');
    RETURN NULL;
END $$;
CREATE TRIGGER carbon_intensity_regional_changed AFTER INSERT OR UPDATE OR DELETE ON carbon_intensity_regional
    FOR EACH STATEMENT EXECUTE FUNCTION notify_grid_changed();
