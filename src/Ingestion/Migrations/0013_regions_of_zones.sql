-- Where a zone of a provider lies: the region with the name of the zone, else the region whose own zone has its locality, else
-- the region, or the country, with the name of its region. Null when nothing fits.
CREATE FUNCTION region_of_zone(zone_name text, locality text, region text) RETURNS smallint LANGUAGE sql STABLE AS $$
    SELECT region_id FROM (
        SELECT r.region_id, 1 AS precision FROM ingestion.regions r
        WHERE NOT r.is_aggregate AND lower(r.short_name COLLATE "C") = lower($1 COLLATE "C")
        UNION ALL
        SELECT z.region_id, 2 FROM ingestion.grid_zones z WHERE z.source = 'pylon' AND lower(z.locality COLLATE "C") = lower($2 COLLATE "C")
        UNION ALL
        SELECT r.region_id, 3 FROM ingestion.regions r WHERE lower(r.short_name COLLATE "C") = lower($3 COLLATE "C")) found
    WHERE region_id IS NOT NULL
    ORDER BY precision, region_id
    LIMIT 1
$$;

-- Zones that providers described before.
UPDATE grid_zones z SET region_id = region_of_zone(z.zone_name, z.locality, z.region)
WHERE z.source LIKE 'beckn:%' AND coalesce(z.country, 'GB') = 'GB' AND region_of_zone(z.zone_name, z.locality, z.region) IS DISTINCT FROM z.region_id;
