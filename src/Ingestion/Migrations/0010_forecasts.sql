-- What was forecast, as it was known then, and how far it was from what came. Both tables: region_id 0 is Great Britain from
-- the national source; series is the name of the series on the command line, for example carbon-intensity.

-- A row for each kind of forecast known at 00:00, 06:00, 12:00 and 18:00 UTC. Kept for 49 days: the bands of the published
-- forecast come from its errors of the last 42.
CREATE TABLE issued_forecasts (
    series text NOT NULL CHECK (series <> ''),
    region_id smallint NOT NULL CHECK (region_id BETWEEN 0 AND 18),
    origin timestamptz NOT NULL CHECK (origin = date_bin('6 hours', origin, timestamptz '2000-01-01 00:00:00+00')),
    model text NOT NULL CHECK (model IN ('published', 'ridge-direct', 'ridge', 'level', 'last-day')),
    hourly_values real[] NOT NULL,
    half_width_80 real[] NOT NULL,
    half_width_95 real[] NOT NULL,
    CONSTRAINT issued_forecasts_hours CHECK (
        cardinality(hourly_values) BETWEEN 1 AND 168 AND cardinality(half_width_80) = cardinality(hourly_values)
        AND cardinality(half_width_95) = cardinality(hourly_values)),
    PRIMARY KEY (series, region_id, origin, model)
);
COMMENT ON TABLE issued_forecasts IS 'Forecasts as they were known at their origin, in the unit of the series: the mean of each hour from the origin on, NULL for an hour that this kind has no value for, and half the width of its 80 % and 95 % band. Source: Ingestion.';
CREATE INDEX issued_forecasts_origin ON issued_forecasts (origin);

-- Sums, so that days and hours can be put together. The errors are forecast less actual.
CREATE TABLE forecast_accuracy (
    series text NOT NULL CHECK (series <> ''),
    region_id smallint NOT NULL CHECK (region_id BETWEEN 0 AND 18),
    day date NOT NULL,
    from_hour smallint NOT NULL CHECK (from_hour BETWEEN 1 AND 163 AND from_hour % 6 = 1),
    model text NOT NULL CHECK (model IN ('published', 'ridge-direct', 'ridge', 'level', 'last-day')),
    pairs integer NOT NULL CHECK (pairs > 0),
    absolute_error float8 NOT NULL CHECK (absolute_error >= 0),
    error float8 NOT NULL,
    symmetric_error float8 NOT NULL CHECK (symmetric_error >= 0),
    banded_80 integer NOT NULL CHECK (banded_80 BETWEEN 0 AND pairs),
    inside_80 integer NOT NULL CHECK (inside_80 BETWEEN 0 AND banded_80),
    banded_95 integer NOT NULL CHECK (banded_95 BETWEEN 0 AND pairs),
    inside_95 integer NOT NULL CHECK (inside_95 BETWEEN 0 AND banded_95),
    naive_pairs integer NOT NULL CHECK (naive_pairs BETWEEN 0 AND pairs),
    last_day_error float8 NOT NULL CHECK (last_day_error >= 0),
    last_week_error float8 NOT NULL CHECK (last_week_error >= 0),
    PRIMARY KEY (series, region_id, day, from_hour, model)
);
COMMENT ON TABLE forecast_accuracy IS 'Errors of issued_forecasts by the day (UTC) of the hours that came and the 6 hours ahead that start with from_hour: sums over its pairs of a forecast hour and what came, in the unit of the series; symmetric_error sums 2|f-a|/(|f|+|a|); banded and inside count pairs with a band and actuals in it; last_day_error and last_week_error sum the absolute errors of repeating the last day and week over naive_pairs. Source: Ingestion.';
CREATE INDEX forecast_accuracy_day ON forecast_accuracy (day);

-- Until when the accuracy of a series is measured, so that of several instances one does it for each hour.
CREATE TABLE forecast_measurements (
    series text NOT NULL CHECK (series <> ''),
    region_id smallint NOT NULL CHECK (region_id BETWEEN 0 AND 18),
    measured_hour timestamptz NOT NULL CHECK (measured_hour = date_trunc('hour', measured_hour, 'UTC')),
    PRIMARY KEY (series, region_id)
);
COMMENT ON TABLE forecast_measurements IS 'The last hour for which forecast_accuracy of a series was measured. Source: Ingestion.';
