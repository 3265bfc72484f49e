-- An attempt that does not complete its part takes energy too; it is told with the report that ends the part.
ALTER TABLE work_parts ADD COLUMN spent_kwh double precision NOT NULL DEFAULT 0 CHECK (spent_kwh >= 0);
COMMENT ON COLUMN work_parts.spent_kwh IS 'kWh of the attempts that failed or were handed back and that no report has told yet. Source: the workers.';
