-- The rows of a hotspot are found by an index when it is deleted.
CREATE INDEX hotspots_of_region_hotspot ON hotspots (region_hotspot_id) WHERE region_hotspot_id IS NOT NULL;
CREATE INDEX accepted_levels_of_hotspot ON accepted_levels (hotspot_id);
