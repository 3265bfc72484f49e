-- PL/pgSQL planned the one expression that asked for any kind of object anew for each decision; each kind has a statement of its own,
-- whose plan is kept.
CREATE OR REPLACE FUNCTION is_known_object(object_kind text, object_id uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF object_id IS NULL THEN
        RETURN true;
    ELSIF object_kind = 'workload' THEN
        PERFORM FROM orchestrator.compute_workloads WHERE id = object_id;
    ELSIF object_kind = 'data_centre' THEN
        PERFORM FROM orchestrator.data_centres WHERE id = object_id;
    ELSE
        PERFORM FROM orchestrator.agents WHERE id = object_id;
    END IF;
    IF NOT FOUND THEN
        PERFORM FROM orchestrator.archived_objects WHERE id = object_id AND kind = object_kind;
    END IF;
    RETURN FOUND;
END $$;

-- Of several at once with one new address, all but one wait for that one and take its row. An address is in two unique indexes, and
-- with DO UPDATE, which names one of them, the other one refused the second.
CREATE OR REPLACE FUNCTION find_or_create_user(address text) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    found_id uuid;
BEGIN
    IF address IS NULL OR address = '' THEN
        RETURN NULL;
    END IF;
    -- More than once only where a user is deleted meanwhile.
    FOR attempt IN 1..10 LOOP
        SELECT id INTO found_id FROM orchestrator.users WHERE lower(email) = lower(address);
        IF found_id IS NULL THEN
            INSERT INTO orchestrator.users (email) VALUES (address) ON CONFLICT DO NOTHING RETURNING id INTO found_id;
        END IF;
        IF found_id IS NOT NULL THEN
            RETURN found_id;
        END IF;
    END LOOP;
    RAISE EXCEPTION 'the user with this e-mail address is made and deleted by others again and again: repeat the transaction'
        USING ERRCODE = 'serialization_failure';
END $$;
