-- What a placement writes, made cheaper; docs/adr/0008-the-work-queue-is-the-table.md has the reasons.

-- Answers are catalogues of tens of kilobytes: lz4 takes a fraction of the time of pglz. A server that is built without it
-- keeps pglz.
DO $$
BEGIN
    ALTER TABLE beckn_messages ALTER COLUMN answer SET COMPRESSION lz4, ALTER COLUMN request SET COMPRESSION lz4;
    ALTER TABLE decision_contexts ALTER COLUMN document SET COMPRESSION lz4;
    ALTER TABLE llm_outputs ALTER COLUMN document SET COMPRESSION lz4;
    ALTER TABLE outbox ALTER COLUMN payload SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END $$;

-- No index has a column that an answer changes, so that its update adds nothing to the indexes (HOT). Answers are removed
-- in the order in which their messages were made (Retention/RetentionStore.cs).
DROP INDEX beckn_messages_with_answer;
CREATE INDEX beckn_messages_with_answer ON beckn_messages (created_at) WHERE NOT answer_removed;
ALTER TABLE beckn_messages SET (fillfactor = 50);
