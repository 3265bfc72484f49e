-- Who submits work, and for which organisation. A user is made when a workload names an e-mail address that nobody has;
-- operators, and who belongs to which, are written by hand.

CREATE TABLE operators (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200),
    -- Constraints and whatever else is known; a JSON object.
    metadata jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE operators IS 'Organisations that manage compute resources. Source: by hand.';

CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email text NOT NULL CHECK (length(email) BETWEEN 1 AND 254),
    operator_id uuid REFERENCES operators ON DELETE SET NULL,
    -- A JSON object.
    preferences jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(preferences) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
CREATE INDEX users_operator_idx ON users (operator_id);
COMMENT ON TABLE users IS 'Who submits work. Source: user_email of workloads.';

ALTER TABLE compute_workloads ADD COLUMN user_id uuid REFERENCES users ON DELETE SET NULL;
CREATE INDEX compute_workloads_user_idx ON compute_workloads (user_id);

CREATE FUNCTION find_or_create_user(address text) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    found uuid;
BEGIN
    IF address IS NULL OR address = '' THEN
        RETURN NULL;
    END IF;
    SELECT id INTO found FROM orchestrator.users WHERE lower(email) = lower(address);
    IF found IS NULL THEN
        -- Of two at once the second waits for the first and takes its row.
        INSERT INTO orchestrator.users AS u (email) VALUES (address)
        ON CONFLICT (lower(email)) DO UPDATE SET email = u.email RETURNING id INTO found;
    END IF;
    RETURN found;
END $$;

UPDATE compute_workloads SET user_id = find_or_create_user(user_email) WHERE user_email <> '';

CREATE FUNCTION link_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.user_id := orchestrator.find_or_create_user(NEW.user_email);
    RETURN NEW;
END $$;
CREATE TRIGGER link_user BEFORE INSERT OR UPDATE OF user_email ON compute_workloads
    FOR EACH ROW WHEN (NEW.user_email IS NOT NULL) EXECUTE FUNCTION link_user();

CREATE VIEW user_workload_summary AS
    SELECT u.id AS user_id, u.email AS user_email, o.name AS operator_name,
           count(w.id) AS workloads,
           count(w.id) FILTER (WHERE w.status IN ('queued', 'processing', 'pending_user_choice', 'choosing', 'cancelling')) AS open_workloads,
           count(w.id) FILTER (WHERE w.status = 'scheduled') AS scheduled_workloads,
           count(w.id) FILTER (WHERE w.status = 'failed') AS failed_workloads,
           max(w.submitted_at) AS last_submitted_at
    FROM users u LEFT JOIN operators o ON o.id = u.operator_id LEFT JOIN compute_workloads w ON w.user_id = u.id
    GROUP BY u.id, o.name;

CREATE VIEW operator_summary AS
    SELECT o.id AS operator_id, o.name AS operator_name, count(DISTINCT u.id) AS users, count(w.id) AS workloads,
           count(w.id) FILTER (WHERE w.status = 'scheduled') AS scheduled_workloads
    FROM operators o LEFT JOIN users u ON u.operator_id = o.id LEFT JOIN compute_workloads w ON w.user_id = u.id
    GROUP BY o.id;
