-- A row of an unknown region is refused by a check, which costs nothing, and no longer by a foreign key, which looked up each row
-- and took half the time of an import. The two say the same as long as the regions are these 18, so none of them can go or
-- change its number; docs/adr/0010-imports.md has the figures. Tables with few rows keep their foreign keys.
CREATE FUNCTION refuse_region_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the regions are those of the Carbon Intensity API: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER regions_stay BEFORE DELETE OR TRUNCATE OR UPDATE OF region_id ON regions FOR EACH STATEMENT EXECUTE FUNCTION refuse_region_change();

DO $$ BEGIN
    IF (SELECT array_agg(region_id ORDER BY region_id) FROM regions) <> ARRAY(SELECT generate_series(1, 18)::smallint) THEN
        RAISE EXCEPTION 'the regions are not 1 to 18';
    END IF;
END $$;

ALTER TABLE carbon_intensity_regional
    DROP CONSTRAINT carbon_intensity_regional_region_id_fkey, ADD CONSTRAINT carbon_intensity_regional_known_region CHECK (region_id BETWEEN 1 AND 18);
ALTER TABLE generation_mix_regional
    DROP CONSTRAINT generation_mix_regional_region_id_fkey, ADD CONSTRAINT generation_mix_regional_known_region CHECK (region_id BETWEEN 1 AND 18);
