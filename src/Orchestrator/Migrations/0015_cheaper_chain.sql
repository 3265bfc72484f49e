-- The chain of decisions as in 0010, with the same bytes and hashes and less work under its lock. PL/pgSQL keeps the plans of its
-- statements, where the SQL function of 0010 was planned anew for each decision; and what does not depend on the entry
-- before is made before the lock is taken.
DROP FUNCTION decision_bytes(bigint, text, orchestration_decisions);

-- All of a decision that its hash covers, after its place and the hash before. Audit/ChainHash.cs makes the same text. Each field is its
-- length in bytes, a colon and its text; - for NULL. A number is the 16 hex digits of its IEEE 754 double.
CREATE FUNCTION decision_fields(d orchestration_decisions) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT string_agg(coalesce(octet_length(f.text) || ':' || f.text, '-'), '' ORDER BY f.n)
        FROM unnest(ARRAY[
            d.id::text, d.decision_id, d.decision_type, d.agent_id::text, d.workload_id::text, d.source_dc_id::text,
            d.target_dc_id::text, d.input_grid_signal_id::text, encode(float8send(d.input_carbon_intensity), 'hex'),
            encode(float8send(d.input_grid_stress), 'hex'), encode(float8send(d.input_price_gbp_mwh), 'hex'), d.reasoning,
            d.constraints_evaluated::text, d.alternatives_considered::text, encode(float8send(d.carbon_saved_gco2), 'hex'),
            encode(float8send(d.cost_saved_gbp), 'hex'), encode(float8send(d.flexibility_contribution_mw), 'hex'),
            to_char(d.decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), d.context_id::text, d.context_hash, d.output_hash
        ]) WITH ORDINALITY AS f (text, n));
END $$;

COMMENT ON COLUMN decision_chain.hash IS 'SHA-256 of pylon-decision-1, seq, prev_hash and decision_fields, as UTF-8; seq and prev_hash also as length, colon and text.';

CREATE OR REPLACE FUNCTION chain_decision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    fields CONSTANT text := orchestrator.decision_fields(NEW);
    last_seq bigint;
    last_hash text;
    new_hash text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('pylon.decision_chain', 0));
    SELECT c.seq, c.hash INTO last_seq, last_hash FROM orchestrator.decision_chain c ORDER BY c.seq DESC LIMIT 1;
    last_seq := coalesce(last_seq, 0) + 1;
    last_hash := coalesce(last_hash, repeat('0', 64));
    new_hash := encode(sha256(convert_to(
        format('pylon-decision-1%s:%s%s:%s', octet_length(last_seq::text), last_seq, octet_length(last_hash), last_hash) || fields, 'UTF8')), 'hex');
    INSERT INTO orchestrator.decision_chain (seq, decision, prev_hash, hash) VALUES (last_seq, NEW.id, last_hash, new_hash)
    ON CONFLICT (seq) DO NOTHING;
    IF NOT FOUND THEN
        -- Its snapshot is older than the lock, as in REPEATABLE READ.
        RAISE EXCEPTION 'another decision was logged meanwhile: repeat the transaction' USING ERRCODE = 'serialization_failure';
    END IF;
    INSERT INTO orchestrator.outbox (topic, type, subject, payload)
    VALUES ('decisions', 'pylon.decision.recorded.v1', NEW.id::text, jsonb_build_object('decision_recorded', jsonb_build_object(
        'id', NEW.id, 'decision_type', NEW.decision_type, 'workload_id', coalesce(NEW.workload_id::text, ''),
        'seq', last_seq::text, 'hash', new_hash)));
    RETURN NULL;
END $$;
