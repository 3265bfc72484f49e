-- Carbon intensity of a region by half hour. A later capture of the same half hour is a row of its own, so that both
-- "latest" and "as known at" can be answered.
CREATE TABLE carbon_intensity_regional (
    region_id smallint NOT NULL REFERENCES regions,
    window_start timestamptz NOT NULL,
    window_end timestamptz NOT NULL,
    forecast_gco2_kwh numeric(6, 1) CHECK (forecast_gco2_kwh >= 0),
    actual_gco2_kwh numeric(6, 1) CHECK (actual_gco2_kwh >= 0),
    index text NOT NULL CHECK (index IN ('very low', 'low', 'moderate', 'high', 'very high')),
    source text NOT NULL CHECK (source <> ''),
    captured_at timestamptz NOT NULL,
    PRIMARY KEY (region_id, window_start, source, captured_at),
    CONSTRAINT carbon_intensity_regional_half_hour CHECK (
        window_end = window_start + interval '30 minutes'
        AND extract(epoch FROM window_start)::bigint % 1800 = 0),
    CONSTRAINT carbon_intensity_regional_value CHECK (forecast_gco2_kwh IS NOT NULL OR actual_gco2_kwh IS NOT NULL)
);

-- The shares of the fuels in the same capture.
CREATE TABLE generation_mix_regional (
    region_id smallint NOT NULL,
    window_start timestamptz NOT NULL,
    fuel text NOT NULL CHECK (fuel IN ('biomass', 'coal', 'gas', 'hydro', 'imports', 'nuclear', 'other', 'solar', 'wind')),
    percent numeric(4, 1) NOT NULL CHECK (percent BETWEEN 0 AND 100),
    source text NOT NULL,
    captured_at timestamptz NOT NULL,
    PRIMARY KEY (region_id, window_start, source, captured_at, fuel),
    FOREIGN KEY (region_id, window_start, source, captured_at) REFERENCES carbon_intensity_regional ON DELETE CASCADE
);
