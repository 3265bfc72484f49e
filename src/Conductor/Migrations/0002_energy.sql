-- What the work of a report took, as the worker tells it; NULL when it does not.
ALTER TABLE phase_reports
    ADD COLUMN energy_kwh double precision CHECK (energy_kwh BETWEEN 0 AND 1000000),
    ADD COLUMN started_at timestamptz,
    ADD COLUMN ended_at timestamptz,
    ADD CONSTRAINT begins_before_it_ends CHECK (started_at <= ended_at);
COMMENT ON COLUMN phase_reports.energy_kwh IS 'kWh that the work of this report took. Source: the worker.';
COMMENT ON COLUMN phase_reports.started_at IS 'When the work of this report began. Source: the worker.';
COMMENT ON COLUMN phase_reports.ended_at IS 'When the work of this report ended. Source: the worker.';
