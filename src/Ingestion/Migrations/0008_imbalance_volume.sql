-- The net imbalance volume becomes a series of its own; until now it was only a further number of the system price.
CREATE TABLE imbalance_volume (
    window_start timestamptz NOT NULL,
    window_end timestamptz NOT NULL,
    settlement_date date NOT NULL,
    settlement_period smallint NOT NULL CHECK (settlement_period BETWEEN 1 AND 50),
    volume_mwh numeric(14, 4) NOT NULL CHECK (volume_mwh BETWEEN -1000000 AND 1000000),
    details jsonb NOT NULL DEFAULT '{}',
    source text NOT NULL CHECK (source <> ''),
    captured_at timestamptz NOT NULL,
    CONSTRAINT imbalance_volume_half_hour CHECK (is_half_hour(window_start) AND window_end = window_start + interval '30 minutes'),
    PRIMARY KEY (window_start, source)
) PARTITION BY RANGE (window_start);
COMMENT ON TABLE imbalance_volume IS 'Net imbalance volume in MWh by half hour, positive when the system was short, negative when it was long; a revision overwrites. Source: Elexon Insights, system prices.';
CREATE INDEX imbalance_volume_settlement_idx ON imbalance_volume (settlement_date, settlement_period);
CREATE TABLE imbalance_volume_default PARTITION OF imbalance_volume DEFAULT;

-- What is known already.
SELECT ensure_month('imbalance_volume', month)
FROM (SELECT DISTINCT date_trunc('month', window_start, 'UTC') FROM wholesale_prices WHERE price_type = 'system' AND volume_mwh IS NOT NULL) AS known (month);
INSERT INTO imbalance_volume (window_start, window_end, settlement_date, settlement_period, volume_mwh, source, captured_at)
SELECT window_start, window_end, settlement_date, settlement_period, volume_mwh, source, captured_at
FROM wholesale_prices WHERE price_type = 'system' AND provider = '' AND volume_mwh BETWEEN -1000000 AND 1000000;
