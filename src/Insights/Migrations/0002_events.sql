-- What came with the event and the sender's own judgement of it are one content; by it a repeated event is told from
-- another one with the same id. Null until the event is in the roll-ups.
ALTER TABLE events_normalized
    ADD COLUMN content uuid,
    -- Units of output: parcels, stock, parts of a batch; null when not known.
    ADD COLUMN output double precision CHECK (output >= 0 AND output < 'Infinity');

CREATE FUNCTION notify_event_arrived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('event_arrived', '');
    RETURN NULL;
END;
$$;
-- Of the rows that somebody inserts by SQL; a worker takes them up.
CREATE TRIGGER events_arrived AFTER INSERT ON events_normalized
    FOR EACH ROW WHEN (NEW.entity_ref IS NULL) EXECUTE FUNCTION notify_event_arrived();

-- What could not be recorded, as it came, with the reasons; the same again is counted.
CREATE TABLE event_quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    operator_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    -- The way it came: rpc, sql, phases or import:<name>.
    source text NOT NULL,
    event_id text NOT NULL DEFAULT '',
    -- Of the imported file; 0 when it is not from one.
    line bigint NOT NULL DEFAULT 0,
    -- EVENT_INVALID, EVENT_ID_REUSED or the reason of the model.
    reason text NOT NULL,
    details text[] NOT NULL,
    body text NOT NULL,
    -- Of all columns above.
    digest uuid NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    times_seen integer NOT NULL DEFAULT 1,
    UNIQUE (digest)
);
CREATE INDEX event_quarantine_latest ON event_quarantine (last_seen_at DESC, id DESC);

-- The lines of imported files of shipments. A line is stored in the transaction of its event.
CREATE TABLE shipment_lines (
    operator_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    -- The name of the file, and what names the line within it.
    import text NOT NULL CHECK (length(import) BETWEEN 1 AND 63),
    index bigint NOT NULL,
    line bigint NOT NULL,
    event_id text NOT NULL,
    -- Of every field but the index; and of order, order line and item.
    content uuid NOT NULL,
    key uuid NOT NULL,
    warehouse_code text NOT NULL,
    customer_code text NOT NULL,
    order_number text NOT NULL,
    order_line text NOT NULL,
    item_code text NOT NULL,
    shipped_at timestamptz NOT NULL,
    units double precision,
    conversion_ratio double precision,
    weight_kg double precision NOT NULL CHECK (weight_kg >= 0),
    -- km and kg CO2e of road, rail, sea and air, in this order. Null: the file does not say.
    distances_km double precision[] NOT NULL CHECK (cardinality(distances_km) = 4),
    published_kg double precision[] NOT NULL CHECK (cardinality(published_kg) = 4),
    computed_kg double precision[] NOT NULL CHECK (cardinality(computed_kg) = 4),
    published_total_kg double precision,
    -- What is to be reported of the line; empty when nothing is.
    notes text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (operator_id, import, index)
);
CREATE INDEX shipment_lines_by_content ON shipment_lines (operator_id, import, content, index);
CREATE INDEX shipment_lines_by_key ON shipment_lines (operator_id, import, key, index);

-- What a file implies for the modes that have no published factor: what most of its first lines with such a leg say.
CREATE TABLE shipment_factors (
    operator_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    import text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('rail', 'air')),
    -- kg CO2e for each tonne.km.
    factor double precision NOT NULL CHECK (factor > 0 AND factor < 'Infinity'),
    -- Of the first line that implies it.
    index bigint NOT NULL,
    PRIMARY KEY (operator_id, import, mode)
);

-- What Pylon's own batches reported of a phase, and how much of it is recorded as events. The reports are sums after a
-- change, so that late, repeated and lost ones do no harm.
CREATE TABLE batch_phases (
    batch_id text NOT NULL CHECK (length(batch_id) BETWEEN 1 AND 200),
    phase text NOT NULL CHECK (length(phase) BETWEEN 1 AND 200),
    -- kWh that were reported so far, all reports together; null when none were.
    told_kwh double precision CHECK (told_kwh >= 0 AND told_kwh < 'Infinity'),
    energy_reports bigint NOT NULL DEFAULT 0,
    completed bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    is_complete boolean NOT NULL DEFAULT false,
    -- As workers told it.
    work_started_at timestamptz,
    work_ended_at timestamptz,
    first_report_at timestamptz NOT NULL,
    last_report_at timestamptz NOT NULL,
    -- kWh that is recorded as events, the parts that completed in them, and their end.
    recorded_kwh double precision NOT NULL DEFAULT 0,
    recorded_parts bigint NOT NULL DEFAULT 0,
    recorded_until timestamptz,
    -- Events that were recorded.
    version integer NOT NULL DEFAULT 0,
    -- Null: nothing is to be recorded.
    due_at timestamptz,
    -- Times in a row that the Orchestrator did not answer.
    attempts integer NOT NULL DEFAULT 0,
    -- Why it can never be recorded; null otherwise.
    refused text,
    PRIMARY KEY (batch_id, phase)
);
CREATE INDEX batch_phases_due ON batch_phases (due_at) WHERE due_at IS NOT NULL;

-- Where a batch runs and what it was estimated to take, as the Orchestrator said.
CREATE TABLE batch_places (
    batch_id text PRIMARY KEY,
    workload_id uuid NOT NULL,
    -- The zone of the booked option, else the data centre where it was submitted.
    entity text NOT NULL CHECK (length(entity) BETWEEN 1 AND 200),
    region_id smallint CHECK (region_id BETWEEN 1 AND 18),
    -- Of the whole job; null when nothing is known.
    estimated_kwh double precision CHECK (estimated_kwh >= 0 AND estimated_kwh < 'Infinity'),
    -- That run.
    phases integer NOT NULL CHECK (phases >= 1),
    read_at timestamptz NOT NULL DEFAULT now()
);
