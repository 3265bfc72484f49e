-- What the external ML engine said, so that the same question is asked once. A new version of its model is another row.
CREATE TABLE predictions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('logistics', 'factory', 'warehouse', 'delivery')),
    -- SHA-256 of the canonical features.
    features_hash bytea NOT NULL CHECK (length(features_hash) = 32),
    features jsonb NOT NULL,
    factor_set text NOT NULL,
    engine text NOT NULL,
    model_version text NOT NULL CHECK (length(model_version) BETWEEN 1 AND 100),
    -- kg CO2e.
    co2_kg numeric NOT NULL CHECK (co2_kg BETWEEN 0 AND 1e9),
    -- In the engine's own opinion; null when it gives none.
    confidence numeric CHECK (confidence BETWEEN 0 AND 1),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (features_hash, kind, factor_set, engine, model_version)
);
CREATE INDEX predictions_by_time ON predictions (created_at);
