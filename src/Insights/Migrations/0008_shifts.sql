-- Other times and places for work that waits where a hotspot is. A workload has one open proposal.
CREATE TABLE shift_proposals (
    id uuid PRIMARY KEY,
    hotspot_id uuid NOT NULL REFERENCES hotspots,
    workload_id uuid NOT NULL,
    workload_name text NOT NULL,
    status text NOT NULL DEFAULT 'proposed' CHECK (status IN ('proposed', 'choosing', 'chosen', 'refused', 'withdrawn')),
    -- Why it is refused or withdrawn.
    reason text NOT NULL DEFAULT '',
    start_before timestamptz NOT NULL,
    end_before timestamptz NOT NULL,
    region_before smallint NOT NULL CHECK (region_before BETWEEN 1 AND 18),
    option smallint NOT NULL CHECK (option BETWEEN 1 AND 3),
    start_time timestamptz NOT NULL,
    end_time timestamptz NOT NULL CHECK (end_time > start_time),
    region_id smallint NOT NULL CHECK (region_id BETWEEN 1 AND 18),
    energy_kwh double precision NOT NULL CHECK (energy_kwh > 0 AND energy_kwh < 'Infinity'),
    energy_basis text NOT NULL,
    -- kg CO2 of the job, by the forecast of the grid.
    before_kg double precision NOT NULL CHECK (before_kg >= 0 AND before_kg < 'Infinity'),
    after_kg double precision NOT NULL CHECK (after_kg >= 0 AND after_kg < 'Infinity'),
    -- after_kg is below before_kg by this much, times the share of a saving that forecasts capture.
    expected_saving_kg double precision NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- When its time and place were planned.
    planned_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    decided_by text NOT NULL DEFAULT '',
    decided_at timestamptz,
    CONSTRAINT decided_has_a_time CHECK ((status IN ('choosing', 'chosen', 'refused')) <= (decided_at IS NOT NULL))
);
CREATE UNIQUE INDEX one_open_proposal ON shift_proposals (workload_id) WHERE status IN ('proposed', 'choosing');
CREATE INDEX proposals_of_hotspot ON shift_proposals (hotspot_id, status);
CREATE INDEX open_proposals ON shift_proposals (updated_at) WHERE status IN ('proposed', 'choosing');
