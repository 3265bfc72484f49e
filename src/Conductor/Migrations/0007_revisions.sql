-- A later order begins anew: what failed as a whole under the order before has not failed.
ALTER TABLE work ADD COLUMN placed bigint NOT NULL DEFAULT 0 CHECK (placed >= 0);
COMMENT ON COLUMN work.placed IS 'The revision of the last order that was placed; a withdrawal leaves it as it is. Source: DefinePipeline.';
ALTER TABLE phase_reports ADD COLUMN revision bigint NOT NULL DEFAULT 0 CHECK (revision >= 0);
COMMENT ON COLUMN phase_reports.revision IS 'Of the order under which the phase failed as a whole; 0 without one, and for any other report. Source: work.';
