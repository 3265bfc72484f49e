-- The newest critical alert of a hotspot, which alone is told again (Alerts/AlertStore.cs).
CREATE INDEX alerts_critical_of_hotspot ON alerts (hotspot_id, created_at, id) WHERE level = 'critical' AND resolved_at IS NULL;
