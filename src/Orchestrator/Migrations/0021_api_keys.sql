-- The keys of callers (ADR 0038).
CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    name text NOT NULL CHECK (name <> ''),
    operator_id uuid,
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    created_at timestamptz NOT NULL,
    expires_at timestamptz CHECK (expires_at > created_at),
    last_used_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT admins_have_no_operator CHECK ((operator_id IS NULL) = ('admin' = ANY (scopes)))
);

CREATE INDEX api_keys_created_at ON api_keys (created_at DESC, id DESC);

COMMENT ON TABLE api_keys IS 'Keys of callers. A key itself is shown once and not stored.';
COMMENT ON COLUMN api_keys.hash IS 'SHA-256 of the text of the key, which has 256 random bits.';
COMMENT ON COLUMN api_keys.operator_id IS 'The operator whose data its holder reads and changes; the built-in one has no row in operators. Null for a key with the scope admin.';
COMMENT ON COLUMN api_keys.last_used_at IS 'To the minute.';
