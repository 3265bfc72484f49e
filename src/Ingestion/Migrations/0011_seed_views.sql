-- The tables of the grid under the names and columns of the seed: views over the series. Ids follow from the half hour, so
-- they stay the same. Of a half hour the views show what SeriesReader shows: a real value before a synthetic one, a source
-- before a file, the latest capture.

CREATE FUNCTION grid_signal_id(moment timestamptz) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN md5('pylon.grid_signal.' || extract(epoch FROM moment)::bigint::text)::uuid;
CREATE FUNCTION regional_signal_id(region smallint, moment timestamptz) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN md5('pylon.regional_signal.' || region::text || '.' || extract(epoch FROM moment)::bigint::text)::uuid;

-- 1 to 50, counted from midnight in London.
CREATE FUNCTION settlement_period_of(moment timestamptz) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
    RETURN 1 + (extract(epoch FROM moment - date_trunc('day', moment, 'Europe/London')) / 1800)::integer;

-- Demand of 20,000 MW is no stress, of 45,000 MW and more full stress (1).
CREATE FUNCTION grid_stress_of(demand_mw numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN demand_mw IS NOT NULL THEN round(greatest(0, least(1, (demand_mw - 20000) / 25000)), 3) END;

ALTER TABLE regions
    ADD COLUMN id uuid GENERATED ALWAYS AS (md5('pylon.region.' || region_id::text)::uuid) STORED UNIQUE,
    ADD COLUMN country text CHECK (country IN ('England', 'Scotland', 'Wales')),
    ADD COLUMN is_aggregate boolean NOT NULL DEFAULT false,
    ADD COLUMN latitude numeric(9, 6) CHECK (latitude BETWEEN -90 AND 90),
    ADD COLUMN longitude numeric(9, 6) CHECK (longitude BETWEEN -180 AND 180),
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    -- The seed's own INSERT of the regions gives none.
    ALTER COLUMN dno_region SET DEFAULT 'unknown';
COMMENT ON COLUMN regions.is_aggregate IS 'True for England, Scotland, Wales and Great Britain, which contain the others.';
COMMENT ON COLUMN regions.latitude IS 'NULL: no source of the centres of the regions is known.';
UPDATE regions SET
    country = CASE WHEN region_id IN (1, 2, 16) THEN 'Scotland' WHEN region_id IN (6, 7, 17) THEN 'Wales' WHEN region_id <> 18 THEN 'England' END,
    is_aggregate = region_id >= 15;

CREATE VIEW grid_signals AS
    SELECT grid_signal_id(h.window_start) AS id,
           h.window_start AS "timestamp",
           settlement_period_of(h.window_start) AS settlement_period,
           round(f.forecast_gco2_kwh)::integer AS carbon_intensity_forecast,
           round(a.actual_gco2_kwh)::integer AS carbon_intensity_actual,
           coalesce(a.index, f.index) AS carbon_index,
           round(d.demand_mw)::integer AS demand_mw,
           grid_stress_of(d.demand_mw) AS grid_stress_score,
           round(p.price_gbp_mwh, 2) AS wholesale_price_gbp_mwh,
           coalesce(a.source, f.source) AS data_source,
           a.actual_gco2_kwh IS NULL AS is_forecast,
           greatest(a.captured_at, f.captured_at) AS fetched_at,
           d.source AS demand_source,
           p.source AS price_source
    FROM (SELECT DISTINCT window_start FROM carbon_intensity_national) h
    LEFT JOIN LATERAL (
        SELECT forecast_gco2_kwh, index, source, captured_at FROM carbon_intensity_national
        WHERE window_start = h.window_start AND forecast_gco2_kwh IS NOT NULL
        ORDER BY source = 'synthetic', source LIKE 'import:%', captured_at DESC LIMIT 1) f ON true
    LEFT JOIN LATERAL (
        SELECT actual_gco2_kwh, index, source, captured_at FROM carbon_intensity_national
        WHERE window_start = h.window_start AND actual_gco2_kwh IS NOT NULL AND source <> 'synthetic'
        ORDER BY source LIKE 'import:%', captured_at DESC LIMIT 1) a ON true
    LEFT JOIN LATERAL (
        SELECT demand_mw, source FROM (
            SELECT demand_mw, source, source <> 'synthetic' AS is_actual, captured_at FROM demand_actual_national WHERE window_start = h.window_start
            UNION ALL
            SELECT demand_mw, source, false, captured_at FROM demand_forecast_national WHERE window_start = h.window_start AND cardinal_point = '') known
        ORDER BY source = 'synthetic', NOT is_actual, source LIKE 'import:%', captured_at DESC LIMIT 1) d ON true
    LEFT JOIN LATERAL (
        SELECT price_gbp_mwh, source FROM wholesale_prices
        WHERE window_start = h.window_start AND price_type = 'system' AND provider = ''
        ORDER BY source = 'synthetic', source LIKE 'import:%', captured_at DESC LIMIT 1) p ON true;
COMMENT ON VIEW grid_signals IS
    'Great Britain by half hour, one row for each that has a carbon intensity: gCO2/kWh, MW, stress 0 to 1, GBP/MWh (the price of imbalance). data_source, demand_source and price_source say where a value comes from; synthetic is one of them.';

CREATE VIEW regional_grid_signals AS
    SELECT regional_signal_id(h.region_id, h.window_start) AS id,
           r.id AS region_id,
           h.window_start AS "timestamp",
           round(f.forecast_gco2_kwh)::integer AS carbon_intensity_forecast,
           round(a.actual_gco2_kwh)::integer AS carbon_intensity_actual,
           coalesce(a.index, f.index) AS carbon_index,
           greatest(a.captured_at, f.captured_at) AS fetched_at,
           h.region_id AS region_number,
           coalesce(a.source, f.source) AS data_source
    FROM (SELECT DISTINCT region_id, window_start FROM carbon_intensity_regional) h
    JOIN regions r ON r.region_id = h.region_id
    LEFT JOIN LATERAL (
        SELECT forecast_gco2_kwh, index, source, captured_at FROM carbon_intensity_regional
        WHERE region_id = h.region_id AND window_start = h.window_start AND forecast_gco2_kwh IS NOT NULL
        ORDER BY source = 'synthetic', source LIKE 'import:%', captured_at DESC LIMIT 1) f ON true
    LEFT JOIN LATERAL (
        SELECT actual_gco2_kwh, index, source, captured_at FROM carbon_intensity_regional
        WHERE region_id = h.region_id AND window_start = h.window_start AND actual_gco2_kwh IS NOT NULL AND source <> 'synthetic'
        ORDER BY source LIKE 'import:%', captured_at DESC LIMIT 1) a ON true;
COMMENT ON VIEW regional_grid_signals IS
    'Regions by half hour, gCO2/kWh. region_id is regions.id, as the seed joins them; region_number is the number of the Carbon Intensity API. data_source may be synthetic.';

CREATE VIEW generation_mix AS
    SELECT md5('pylon.mix.' || grid_signal_id(m.window_start)::text || m.fuel)::uuid AS id,
           grid_signal_id(m.window_start) AS grid_signal_id,
           NULL::uuid AS regional_signal_id,
           m.window_start AS "timestamp",
           m.fuel AS fuel_type,
           m.percent::numeric(5, 2) AS percentage,
           m.captured_at AS fetched_at,
           m.source AS data_source
    FROM (SELECT DISTINCT window_start FROM generation_mix_national) h
    CROSS JOIN LATERAL (
        SELECT source, captured_at FROM generation_mix_national WHERE window_start = h.window_start
        ORDER BY source = 'synthetic', source LIKE 'import:%', captured_at DESC LIMIT 1) best
    JOIN generation_mix_national m ON m.window_start = h.window_start AND m.source = best.source AND m.captured_at = best.captured_at
    UNION ALL
    SELECT md5('pylon.mix.' || regional_signal_id(m.region_id, m.window_start)::text || m.fuel)::uuid,
           NULL, regional_signal_id(m.region_id, m.window_start), m.window_start, m.fuel, m.percent::numeric(5, 2), m.captured_at, m.source
    FROM (SELECT DISTINCT region_id, window_start FROM generation_mix_regional) h
    CROSS JOIN LATERAL (
        SELECT source, captured_at FROM generation_mix_regional WHERE region_id = h.region_id AND window_start = h.window_start
        ORDER BY source = 'synthetic', source LIKE 'import:%', captured_at DESC LIMIT 1) best
    JOIN generation_mix_regional m ON m.region_id = h.region_id AND m.window_start = h.window_start AND m.source = best.source AND m.captured_at = best.captured_at;
COMMENT ON VIEW generation_mix IS 'Per cent of the generation by fuel and half hour, of Great Britain (grid_signal_id) or of a region (regional_signal_id). data_source may be synthetic.';

CREATE VIEW v_regional_carbon_ranking AS
    SELECT r.short_name, r.country, round(c.forecast_gco2_kwh)::integer AS carbon_intensity_forecast, c.index AS carbon_index,
           c.window_start AS "timestamp", r.region_id AS region_number, r.is_aggregate, c.source AS data_source
    FROM regions r CROSS JOIN LATERAL (
        SELECT * FROM carbon_intensity_regional
        WHERE region_id = r.region_id AND window_start > now() - interval '30 minutes' AND window_start <= now() AND forecast_gco2_kwh IS NOT NULL
        ORDER BY source = 'synthetic', source LIKE 'import:%', captured_at DESC LIMIT 1) c
    ORDER BY c.forecast_gco2_kwh, r.region_id;
COMMENT ON VIEW v_regional_carbon_ranking IS 'The regions in the current half hour, the lowest carbon intensity first. Regions that contain others are marked.';
