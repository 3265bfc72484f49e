-- Which half hours a source was asked for and did not give, as text, the first hundred spans of a run.
ALTER TABLE pipeline_run_sources ADD COLUMN missing text[] NOT NULL DEFAULT '{}';
