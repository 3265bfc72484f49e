-- Where and until when an option is, so that the workloads of a region are found by an index. Null where the option does not
-- tell it. Times of proto3 JSON sort as text.
ALTER TABLE workload_recommendations
    ADD COLUMN region_id smallint GENERATED ALWAYS AS (
        CASE WHEN jsonb_typeof(recommendation -> 'regionId') = 'number' AND (recommendation -> 'regionId') BETWEEN '1' AND '18'
            THEN floor((recommendation ->> 'regionId')::numeric)::smallint END) STORED,
    ADD COLUMN window_end text GENERATED ALWAYS AS (recommendation -> 'window' ->> 'endTime') STORED;
CREATE INDEX workload_recommendations_by_region ON workload_recommendations (region_id, window_end);
CREATE INDEX compute_workloads_of_host ON compute_workloads (host_dc_id, submitted_at DESC) WHERE host_dc_id IS NOT NULL;
