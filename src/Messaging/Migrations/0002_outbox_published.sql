-- The old rows are found from here; without it every purge reads the whole kept outbox.
CREATE INDEX IF NOT EXISTS outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;
