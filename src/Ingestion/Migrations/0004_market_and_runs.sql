-- What Beckn providers offer, the visits to the sources, what could not be stored, and the events of this service.

CREATE TABLE compute_windows (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    item_id text NOT NULL CHECK (length(item_id) BETWEEN 1 AND 200),
    provider_id text NOT NULL DEFAULT '',
    grid_zone_id uuid REFERENCES grid_zones,
    name text NOT NULL DEFAULT '',
    window_start timestamptz NOT NULL,
    window_end timestamptz NOT NULL CHECK (window_end > window_start),
    renewable_mix_percent double precision NOT NULL CHECK (renewable_mix_percent BETWEEN 0 AND 100),
    carbon_intensity_gco2_kwh double precision CHECK (carbon_intensity_gco2_kwh BETWEEN 0 AND 1000),
    available_capacity_mw double precision CHECK (available_capacity_mw >= 0),
    source text NOT NULL CHECK (source <> ''),
    captured_at timestamptz NOT NULL,
    UNIQUE (source, item_id, window_start)
);
CREATE INDEX compute_windows_time_idx ON compute_windows (window_start, id);
CREATE INDEX compute_windows_zone_idx ON compute_windows (grid_zone_id, window_start);
COMMENT ON TABLE compute_windows IS 'Windows of clean power in the providers'' catalogues. Source: beckn:<bpp_id>.';

CREATE TABLE offers (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    offer_id text NOT NULL CHECK (length(offer_id) BETWEEN 1 AND 200),
    compute_window_id uuid NOT NULL REFERENCES compute_windows ON DELETE CASCADE,
    price numeric(14, 6) NOT NULL CHECK (price >= 0),
    currency text NOT NULL DEFAULT '',
    unit text NOT NULL DEFAULT '',
    body jsonb NOT NULL,
    source text NOT NULL CHECK (source <> ''),
    captured_at timestamptz NOT NULL,
    UNIQUE (source, offer_id, compute_window_id)
);
CREATE INDEX offers_window_idx ON offers (compute_window_id);
COMMENT ON TABLE offers IS 'What providers ask for a window. Source: beckn:<bpp_id>.';

-- How a zone looked in each catalogue that changed it. window_start is the half hour of the capture.
CREATE TABLE grid_snapshots (
    grid_zone_id uuid NOT NULL REFERENCES grid_zones,
    window_start timestamptz NOT NULL CHECK (is_half_hour(window_start)),
    renewable_mix_percent double precision NOT NULL CHECK (renewable_mix_percent BETWEEN 0 AND 100),
    carbon_intensity_gco2_kwh double precision CHECK (carbon_intensity_gco2_kwh BETWEEN 0 AND 1000),
    source text NOT NULL CHECK (source <> ''),
    captured_at timestamptz NOT NULL,
    PRIMARY KEY (grid_zone_id, window_start, source)
) PARTITION BY RANGE (window_start);
CREATE TABLE grid_snapshots_default PARTITION OF grid_snapshots DEFAULT;
COMMENT ON TABLE grid_snapshots IS 'Renewable mix and intensity of a zone as providers told them over time. Source: beckn:<bpp_id>.';

CREATE VIEW latest_compute_windows AS
    SELECT w.*, z.grid_zone_code, z.zone_name
    FROM compute_windows w LEFT JOIN grid_zones z ON z.id = w.grid_zone_id
    WHERE w.window_end > now();

CREATE TABLE pipeline_runs (
    id uuid PRIMARY KEY,
    request_id uuid UNIQUE,
    trigger text NOT NULL CHECK (trigger IN ('start', 'schedule', 'request')),
    status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'succeeded', 'partial', 'failed', 'abandoned')),
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    CHECK ((status = 'running') = (finished_at IS NULL))
);
CREATE INDEX pipeline_runs_newest ON pipeline_runs (started_at DESC, id DESC);
CREATE UNIQUE INDEX pipeline_runs_one_running ON pipeline_runs ((true)) WHERE status = 'running';
COMMENT ON TABLE pipeline_runs IS 'Visits to the sources of grid data. Source: Ingestion.';

CREATE TABLE pipeline_run_sources (
    run_id uuid NOT NULL REFERENCES pipeline_runs ON DELETE CASCADE,
    source text NOT NULL,
    status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'succeeded', 'partial', 'failed', 'abandoned')),
    rows_read bigint NOT NULL DEFAULT 0 CHECK (rows_read >= 0),
    rows_new bigint NOT NULL DEFAULT 0 CHECK (rows_new >= 0),
    rows_changed bigint NOT NULL DEFAULT 0 CHECK (rows_changed >= 0),
    rows_unchanged bigint NOT NULL DEFAULT 0 CHECK (rows_unchanged >= 0),
    rows_rejected bigint NOT NULL DEFAULT 0 CHECK (rows_rejected >= 0),
    half_hours_missing bigint NOT NULL DEFAULT 0 CHECK (half_hours_missing >= 0),
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    error text NOT NULL DEFAULT '',
    PRIMARY KEY (run_id, source)
);

CREATE TABLE source_freshness (
    source text PRIMARY KEY,
    -- When it was last read with success.
    fresh_at timestamptz,
    -- Whether the alert has been given.
    stale boolean NOT NULL DEFAULT false
);

CREATE TABLE quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL CHECK (source <> ''),
    dataset text NOT NULL CHECK (dataset <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    body text NOT NULL,
    body_md5 uuid NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    times_seen bigint NOT NULL DEFAULT 1 CHECK (times_seen > 0),
    UNIQUE (source, dataset, reason, body_md5)
);
CREATE INDEX quarantine_latest ON quarantine (last_seen_at DESC, id DESC);
COMMENT ON TABLE quarantine IS 'Rows that could not be stored, as they came, with the reason; the same row again is counted.';

CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    topic text NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    time timestamptz NOT NULL DEFAULT clock_timestamp(),
    payload jsonb NOT NULL,
    published_at timestamptz
);
CREATE INDEX outbox_unpublished ON outbox (seq) WHERE published_at IS NULL;
CREATE FUNCTION notify_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('ingestion_outbox', '');
    RETURN NULL;
END $$;
CREATE TRIGGER outbox_inserted AFTER INSERT ON outbox
    FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox();
