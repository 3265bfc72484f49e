-- The grid in half hours, partitioned by month (UTC). The tables of 0002 held synthetic values only and are made anew.
--
-- A forecast is a row for each capture in which it differs from the capture before, so "latest" and "as known at T" are
-- both one look-up. What was measured is one row that a revision overwrites. captured_at is when a value became known:
-- the source's time of publication where it gives one, else when it was fetched.
-- source: carbon-intensity, neso, elexon, import:<name>, or synthetic (made up for want of a real value).
DROP TABLE generation_mix_regional;
DROP TABLE carbon_intensity_regional;

CREATE FUNCTION is_half_hour(moment timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN moment = date_bin('30 minutes', moment, timestamptz '2000-01-01 00:00:00+00');

-- Makes the partition of a month. What lies in the default partition for it, written by hand, moves over.
CREATE FUNCTION ensure_month(parent text, month timestamptz) RETURNS void LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    first timestamptz := date_trunc('month', month);
    next timestamptz := date_trunc('month', month) + interval '1 month';
    child text := format('%s_%s', parent, to_char(month, 'YYYYMM'));
BEGIN
    IF to_regclass('ingestion.' || child) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('pylon.ingestion.partitions'));
    -- Asked of the table itself: what to_regclass remembers may be older than the lock.
    IF EXISTS (SELECT FROM pg_class WHERE relname = child AND relnamespace = 'ingestion'::regnamespace) THEN
        RETURN;
    END IF;
    EXECUTE format('LOCK TABLE ingestion.%I IN SHARE ROW EXCLUSIVE MODE', parent);
    EXECUTE format('CREATE TABLE ingestion.%I (LIKE ingestion.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent);
    EXECUTE format(
        'WITH moved AS (DELETE FROM ingestion.%I WHERE window_start >= %L AND window_start < %L RETURNING *) INSERT INTO ingestion.%I SELECT * FROM moved',
        parent || '_default', first, next, child);
    EXECUTE format('ALTER TABLE ingestion.%I ATTACH PARTITION ingestion.%I FOR VALUES FROM (%L) TO (%L)', parent, child, first, next);
END $$;

CREATE TABLE carbon_intensity_national (
    window_start timestamptz NOT NULL,
    window_end timestamptz NOT NULL,
    forecast_gco2_kwh numeric(6, 1),
    actual_gco2_kwh numeric(6, 1),
    index text NOT NULL CHECK (index IN ('very low', 'low', 'moderate', 'high', 'very high')),
    source text NOT NULL CHECK (source <> ''),
    captured_at timestamptz NOT NULL,
    CONSTRAINT carbon_intensity_national_forecast_range CHECK (forecast_gco2_kwh BETWEEN 0 AND 1000),
    CONSTRAINT carbon_intensity_national_actual_range CHECK (actual_gco2_kwh BETWEEN 0 AND 1000),
    CONSTRAINT carbon_intensity_national_half_hour CHECK (window_end = window_start + interval '30 minutes' AND is_half_hour(window_start)),
    CONSTRAINT carbon_intensity_national_value CHECK (num_nonnulls(forecast_gco2_kwh, actual_gco2_kwh) = 1)
) PARTITION BY RANGE (window_start);
COMMENT ON TABLE carbon_intensity_national IS 'gCO2/kWh of Great Britain by half hour; a row is a forecast or an actual. Source: /intensity of the Carbon Intensity API.';
CREATE UNIQUE INDEX carbon_intensity_national_forecast_key ON carbon_intensity_national (window_start, source, captured_at) WHERE forecast_gco2_kwh IS NOT NULL;
CREATE UNIQUE INDEX carbon_intensity_national_actual_key ON carbon_intensity_national (window_start, source) WHERE actual_gco2_kwh IS NOT NULL;
CREATE TABLE carbon_intensity_national_default PARTITION OF carbon_intensity_national DEFAULT;

CREATE TABLE carbon_intensity_regional (
    region_id smallint NOT NULL REFERENCES regions,
    window_start timestamptz NOT NULL,
    window_end timestamptz NOT NULL,
    forecast_gco2_kwh numeric(6, 1),
    actual_gco2_kwh numeric(6, 1),
    index text NOT NULL CHECK (index IN ('very low', 'low', 'moderate', 'high', 'very high')),
    source text NOT NULL CHECK (source <> ''),
    captured_at timestamptz NOT NULL,
    CONSTRAINT carbon_intensity_regional_forecast_gco2_kwh_check CHECK (forecast_gco2_kwh BETWEEN 0 AND 1000),
    CONSTRAINT carbon_intensity_regional_actual_gco2_kwh_check CHECK (actual_gco2_kwh BETWEEN 0 AND 1000),
    CONSTRAINT carbon_intensity_regional_half_hour CHECK (window_end = window_start + interval '30 minutes' AND is_half_hour(window_start)),
    CONSTRAINT carbon_intensity_regional_value CHECK (num_nonnulls(forecast_gco2_kwh, actual_gco2_kwh) = 1)
) PARTITION BY RANGE (window_start);
COMMENT ON TABLE carbon_intensity_regional IS 'gCO2/kWh of a region by half hour; a row is a forecast or an actual (the API gives regions no actual). Source: /regional of the Carbon Intensity API.';
CREATE UNIQUE INDEX carbon_intensity_regional_forecast_key ON carbon_intensity_regional (region_id, window_start, source, captured_at) WHERE forecast_gco2_kwh IS NOT NULL;
CREATE UNIQUE INDEX carbon_intensity_regional_actual_key ON carbon_intensity_regional (region_id, window_start, source) WHERE actual_gco2_kwh IS NOT NULL;
CREATE INDEX carbon_intensity_regional_time_idx ON carbon_intensity_regional (window_start, region_id);
CREATE TABLE carbon_intensity_regional_default PARTITION OF carbon_intensity_regional DEFAULT;

-- A capture of a half hour has all the fuels that its source told of.
CREATE TABLE generation_mix_national (
    window_start timestamptz NOT NULL CHECK (is_half_hour(window_start)),
    fuel text NOT NULL CHECK (fuel IN ('biomass', 'coal', 'gas', 'hydro', 'imports', 'nuclear', 'other', 'solar', 'wind')),
    percent numeric(4, 1) NOT NULL CHECK (percent BETWEEN 0 AND 100),
    source text NOT NULL CHECK (source <> ''),
    captured_at timestamptz NOT NULL,
    PRIMARY KEY (window_start, source, captured_at, fuel)
) PARTITION BY RANGE (window_start);
COMMENT ON TABLE generation_mix_national IS 'Per cent of the generation of Great Britain by fuel and half hour. Source: /generation of the Carbon Intensity API.';
CREATE TABLE generation_mix_national_default PARTITION OF generation_mix_national DEFAULT;

CREATE TABLE generation_mix_regional (
    region_id smallint NOT NULL REFERENCES regions,
    window_start timestamptz NOT NULL CHECK (is_half_hour(window_start)),
    fuel text NOT NULL CHECK (fuel IN ('biomass', 'coal', 'gas', 'hydro', 'imports', 'nuclear', 'other', 'solar', 'wind')),
    percent numeric(4, 1) NOT NULL CHECK (percent BETWEEN 0 AND 100),
    source text NOT NULL CHECK (source <> ''),
    captured_at timestamptz NOT NULL,
    PRIMARY KEY (region_id, window_start, source, captured_at, fuel)
) PARTITION BY RANGE (window_start);
COMMENT ON TABLE generation_mix_regional IS 'Per cent of the generation that serves a region by fuel and half hour. Source: /regional of the Carbon Intensity API.';
CREATE TABLE generation_mix_regional_default PARTITION OF generation_mix_regional DEFAULT;

-- A cardinal point is the lowest, highest or a fixed demand within its window, which may be longer than a half hour.
CREATE TABLE demand_forecast_national (
    window_start timestamptz NOT NULL,
    window_end timestamptz NOT NULL,
    settlement_date date NOT NULL,
    settlement_period smallint NOT NULL CHECK (settlement_period BETWEEN 1 AND 50),
    cardinal_point text NOT NULL DEFAULT '',
    demand_mw numeric(7, 1) NOT NULL CHECK (demand_mw > 0 AND demand_mw < 100000),
    details jsonb NOT NULL DEFAULT '{}',
    source text NOT NULL CHECK (source <> ''),
    captured_at timestamptz NOT NULL,
    CONSTRAINT demand_forecast_national_half_hours CHECK (
        is_half_hour(window_start) AND is_half_hour(window_end) AND window_end > window_start
        AND (cardinal_point <> '' OR window_end = window_start + interval '30 minutes')),
    PRIMARY KEY (window_start, source, cardinal_point, captured_at)
) PARTITION BY RANGE (window_start);
COMMENT ON TABLE demand_forecast_national IS 'Forecast national demand in MW. Sources: NESO day-ahead and 2-14 days ahead, Elexon NDF. details: the further columns of the row as it came.';
CREATE TABLE demand_forecast_national_default PARTITION OF demand_forecast_national DEFAULT;

CREATE TABLE demand_actual_national (
    window_start timestamptz NOT NULL,
    window_end timestamptz NOT NULL,
    settlement_date date NOT NULL,
    settlement_period smallint NOT NULL CHECK (settlement_period BETWEEN 1 AND 50),
    demand_mw numeric(7, 1) NOT NULL CHECK (demand_mw > 0 AND demand_mw < 100000),
    transmission_demand_mw numeric(7, 1) CHECK (transmission_demand_mw > 0 AND transmission_demand_mw < 100000),
    details jsonb NOT NULL DEFAULT '{}',
    source text NOT NULL CHECK (source <> ''),
    captured_at timestamptz NOT NULL,
    CONSTRAINT demand_actual_national_half_hour CHECK (is_half_hour(window_start) AND window_end = window_start + interval '30 minutes'),
    PRIMARY KEY (window_start, source)
) PARTITION BY RANGE (window_start);
COMMENT ON TABLE demand_actual_national IS 'Outturn of the national demand (ND, INDO) in MW; a revision overwrites. Sources: NESO demand data, Elexon INDO.';
CREATE INDEX demand_actual_national_settlement_idx ON demand_actual_national (settlement_date, settlement_period);
CREATE TABLE demand_actual_national_default PARTITION OF demand_actual_national DEFAULT;

CREATE TABLE wholesale_prices (
    window_start timestamptz NOT NULL,
    window_end timestamptz NOT NULL,
    settlement_date date NOT NULL,
    settlement_period smallint NOT NULL CHECK (settlement_period BETWEEN 1 AND 50),
    price_type text NOT NULL CHECK (price_type IN ('system', 'market_index')),
    provider text NOT NULL DEFAULT '',
    price_gbp_mwh numeric(12, 5) NOT NULL CHECK (price_gbp_mwh BETWEEN -10000 AND 10000),
    system_buy_price_gbp_mwh numeric(12, 5) CHECK (system_buy_price_gbp_mwh BETWEEN -10000 AND 10000),
    volume_mwh numeric(14, 4),
    details jsonb NOT NULL DEFAULT '{}',
    source text NOT NULL CHECK (source <> ''),
    captured_at timestamptz NOT NULL,
    CONSTRAINT wholesale_prices_half_hour CHECK (is_half_hour(window_start) AND window_end = window_start + interval '30 minutes'),
    PRIMARY KEY (window_start, price_type, provider, source)
) PARTITION BY RANGE (window_start);
COMMENT ON TABLE wholesale_prices IS 'GBP/MWh by half hour; a revision overwrites. system: the sell price of imbalance, volume is the net imbalance; market_index: of a provider, volume 0 means that nothing was traded. Source: Elexon Insights.';
CREATE INDEX wholesale_prices_settlement_idx ON wholesale_prices (settlement_date, settlement_period);
CREATE TABLE wholesale_prices_default PARTITION OF wholesale_prices DEFAULT;

-- Wind and sun that feed in below the transmission grid.
CREATE TABLE embedded_generation_forecast (
    window_start timestamptz NOT NULL CHECK (is_half_hour(window_start)),
    wind_mw numeric(7, 1) NOT NULL CHECK (wind_mw BETWEEN 0 AND 100000),
    wind_capacity_mw numeric(7, 1) CHECK (wind_capacity_mw >= 0),
    solar_mw numeric(7, 1) NOT NULL CHECK (solar_mw BETWEEN 0 AND 100000),
    solar_capacity_mw numeric(7, 1) CHECK (solar_capacity_mw >= 0),
    source text NOT NULL CHECK (source <> ''),
    captured_at timestamptz NOT NULL,
    PRIMARY KEY (window_start, source, captured_at)
) PARTITION BY RANGE (window_start);
COMMENT ON TABLE embedded_generation_forecast IS 'Forecast embedded wind and solar generation in MW. Source: NESO.';
CREATE TABLE embedded_generation_forecast_default PARTITION OF embedded_generation_forecast DEFAULT;

CREATE VIEW current_grid_status AS
    SELECT DISTINCT ON (window_start) window_start, window_end, coalesce(actual_gco2_kwh, forecast_gco2_kwh) AS carbon_intensity_gco2_kwh,
           actual_gco2_kwh IS NOT NULL AS is_actual, index, source, captured_at
    FROM carbon_intensity_national
    WHERE window_start > now() - interval '30 minutes' AND window_start <= now()
    ORDER BY window_start, source = 'synthetic', actual_gco2_kwh IS NULL, captured_at DESC;

CREATE VIEW regional_opportunities AS
    SELECT r.region_id, r.short_name, c.window_start, c.window_end,
           coalesce(c.actual_gco2_kwh, c.forecast_gco2_kwh) AS carbon_intensity_gco2_kwh, c.index, c.source, c.captured_at
    FROM regions r CROSS JOIN LATERAL (
        SELECT * FROM carbon_intensity_regional
        WHERE region_id = r.region_id AND window_start > now() - interval '30 minutes' AND window_start <= now()
        ORDER BY source = 'synthetic', actual_gco2_kwh IS NULL, captured_at DESC LIMIT 1) c
    ORDER BY carbon_intensity_gco2_kwh;
COMMENT ON VIEW regional_opportunities IS 'The regions in the current half hour, cleanest first.';
