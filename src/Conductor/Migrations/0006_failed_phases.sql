-- An order that ended because phases failed begins again when all of them are complete after all.
ALTER TABLE work ADD COLUMN failed text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN work.failed IS 'The phases whose failure ended it; empty when something else did, or nothing. Source: reports.';
