-- What Redis holds can be lost; this cannot. A report is here before its sender is answered.
CREATE TABLE batches (
    batch_id text PRIMARY KEY CHECK (length(batch_id) BETWEEN 1 AND 200),
    -- Entities announced; 0 when nobody said.
    expected bigint NOT NULL DEFAULT 0 CHECK (expected >= 0),
    -- Reports before this belong to a state that had expired.
    since timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE phase_reports (
    event_id uuid PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    batch_id text NOT NULL,
    phase text NOT NULL,
    -- Empty for the batch as a whole.
    entity_id text NOT NULL,
    succeeded boolean NOT NULL,
    error_code text NOT NULL,
    correlation_id text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- When its event was published, or it was seen to change nothing.
    settled_at timestamptz
);
CREATE INDEX phase_reports_of_batch ON phase_reports (batch_id, seq);
CREATE INDEX phase_reports_unsettled ON phase_reports (recorded_at) WHERE settled_at IS NULL;

CREATE TABLE definitions (
    id uuid PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    batch_id text NOT NULL,
    pipeline text NOT NULL,
    -- [{"phase", "decision", "reason"}], those to run first, in their order.
    verdicts jsonb NOT NULL,
    correlation_id text NOT NULL,
    total_entities bigint,
    defined_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    settled_at timestamptz
);
CREATE INDEX definitions_of_batch ON definitions (batch_id, seq);
CREATE INDEX definitions_unsettled ON definitions (recorded_at) WHERE settled_at IS NULL;

CREATE TABLE dead_letters (
    id uuid PRIMARY KEY,
    topic text NOT NULL,
    position text NOT NULL,
    -- event: an event of ours in binary; envelope: the JSON of the seed's.
    format text NOT NULL CHECK (format IN ('event', 'envelope')),
    event_id text NOT NULL,
    batch_id text NOT NULL,
    reason text NOT NULL,
    attempts integer NOT NULL CHECK (attempts > 0),
    original bytea NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'discarded')),
    first_failed_at timestamptz NOT NULL,
    last_failed_at timestamptz NOT NULL,
    settled_at timestamptz,
    UNIQUE (topic, position),
    CHECK ((state = 'open') = (settled_at IS NULL))
);
CREATE INDEX dead_letters_newest ON dead_letters (first_failed_at DESC, id DESC);
