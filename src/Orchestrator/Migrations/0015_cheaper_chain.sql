-- The chain of decisions as in 0010, the same bytes and hashes, with less work under its lock. PL/pgSQL keeps the plans of its
-- statements, where the SQL function of 0010 was planned anew for each decision; and all of a decision that does not depend on
-- the entry before is written out before the lock is taken.
DROP FUNCTION decision_bytes(bigint, text, orchestration_decisions);

-- Audit/ChainHash.cs makes the same text. Each field is its length in bytes, a colon and its text; - for NULL. A number is
-- the 16 hex digits of its IEEE 754 double.
CREATE FUNCTION decision_fields(VARIADIC fields text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    field text;
    joined text := '';
BEGIN
    FOREACH field IN ARRAY fields LOOP
        joined := joined || coalesce(octet_length(field) || ':' || field, '-');
    END LOOP;
    RETURN joined;
END $$;
