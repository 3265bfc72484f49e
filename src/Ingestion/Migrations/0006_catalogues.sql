-- A window that the provider no longer has in its catalogue is kept and not offered.
ALTER TABLE compute_windows ADD COLUMN withdrawn_at timestamptz;
DROP VIEW latest_compute_windows;
CREATE VIEW latest_compute_windows AS
    SELECT w.*, z.grid_zone_code, z.zone_name
    FROM compute_windows w LEFT JOIN grid_zones z ON z.id = w.grid_zone_id
    WHERE w.window_end > now() AND w.withdrawn_at IS NULL;
CREATE INDEX compute_windows_open_idx ON compute_windows (window_end) WHERE withdrawn_at IS NULL;

-- A DISCOVER of ours and its answer, which may come to another instance than the one that asked.
CREATE TABLE catalogue_requests (
    transaction_id uuid PRIMARY KEY,
    sent_at timestamptz NOT NULL,
    answer text,
    answered_at timestamptz,
    CHECK ((answer IS NULL) = (answered_at IS NULL))
);
COMMENT ON TABLE catalogue_requests IS 'Questions to Beckn providers for their catalogue, of the last day. Source: Ingestion.';

CREATE INDEX pipeline_run_sources_latest ON pipeline_run_sources (source, started_at DESC);
