-- Signatures of callbacks that were taken: each counts once (ADR 0037).
CREATE TABLE beckn_signatures (
    hash bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    forget_at timestamptz NOT NULL
);

CREATE INDEX beckn_signatures_forget_at ON beckn_signatures (forget_at);

COMMENT ON TABLE beckn_signatures IS 'Signatures of callbacks that were taken. The same signature again is a replay and is refused.';
COMMENT ON COLUMN beckn_signatures.hash IS 'SHA-256 of subscriber_id, a bar and the 64 bytes of the signature.';
COMMENT ON COLUMN beckn_signatures.forget_at IS 'Some seconds after the signature is over: it is refused for its time from then on.';
