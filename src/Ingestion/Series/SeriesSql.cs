namespace Pylon.Ingestion.Series;

/// <summary>
/// The statements that bring staged values into a table of the series: $1 is the source, $2 the time of capture. Each
/// answers how many rows were new and how many changed. A forecast is stored when it differs from the one known before;
/// an actual when there is none or it differs. A lock of the source makes reading and writing one step.
/// </summary>
internal static class SeriesSql
{
    public const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended('pylon.ingestion.series.' || $1, 0))";

    public const string Stage =
        """
        CREATE TEMP TABLE staged_intensity (region_id smallint, window_start timestamptz, forecast numeric, forecast_index text, actual numeric, actual_index text) ON COMMIT DROP;
        CREATE TEMP TABLE staged_mix (region_id smallint, window_start timestamptz, fuel text, percent numeric) ON COMMIT DROP;
        CREATE TEMP TABLE staged_demand_forecast (window_start timestamptz, window_end timestamptz, settlement_date date, settlement_period smallint,
            cardinal_point text, mw numeric, details jsonb, captured_at timestamptz) ON COMMIT DROP;
        CREATE TEMP TABLE staged_demand_actual (window_start timestamptz, settlement_date date, settlement_period smallint,
            mw numeric, transmission_mw numeric, details jsonb) ON COMMIT DROP;
        CREATE TEMP TABLE staged_price (window_start timestamptz, settlement_date date, settlement_period smallint, price_type text, provider text,
            price numeric, buy_price numeric, volume numeric, details jsonb) ON COMMIT DROP;
        CREATE TEMP TABLE staged_embedded (window_start timestamptz, wind numeric, wind_capacity numeric, solar numeric, solar_capacity numeric) ON COMMIT DROP;
        """;

    public const string NationalForecasts =
        """
        WITH candidates AS (
            SELECT s.window_start, s.forecast::numeric(6, 1) AS value, s.forecast_index
            FROM staged_intensity s
            LEFT JOIN LATERAL (
                SELECT forecast_gco2_kwh FROM carbon_intensity_national
                WHERE window_start = s.window_start AND source = $1 AND captured_at <= $2 AND forecast_gco2_kwh IS NOT NULL
                ORDER BY captured_at DESC LIMIT 1) known ON true
            WHERE s.region_id IS NULL AND s.forecast IS NOT NULL AND known.forecast_gco2_kwh IS DISTINCT FROM s.forecast::numeric(6, 1)),
        stored AS (
            INSERT INTO carbon_intensity_national (window_start, window_end, forecast_gco2_kwh, index, source, captured_at)
            SELECT window_start, window_start + interval '30 minutes', value, forecast_index, $1, $2 FROM candidates
            ON CONFLICT (window_start, source, captured_at) WHERE forecast_gco2_kwh IS NOT NULL
            DO UPDATE SET forecast_gco2_kwh = excluded.forecast_gco2_kwh, index = excluded.index)
        SELECT count(*), 0::bigint FROM candidates
        """;

    public const string NationalActuals =
        """
        WITH candidates AS (
            SELECT s.window_start, s.actual::numeric(6, 1) AS value, s.actual_index, t.window_start IS NULL AS is_new
            FROM staged_intensity s
            LEFT JOIN carbon_intensity_national t ON t.window_start = s.window_start AND t.source = $1 AND t.actual_gco2_kwh IS NOT NULL
            WHERE s.region_id IS NULL AND s.actual IS NOT NULL AND t.actual_gco2_kwh IS DISTINCT FROM s.actual::numeric(6, 1)),
        stored AS (
            INSERT INTO carbon_intensity_national (window_start, window_end, actual_gco2_kwh, index, source, captured_at)
            SELECT window_start, window_start + interval '30 minutes', value, actual_index, $1, $2 FROM candidates
            ON CONFLICT (window_start, source) WHERE actual_gco2_kwh IS NOT NULL
            DO UPDATE SET actual_gco2_kwh = excluded.actual_gco2_kwh, index = excluded.index, captured_at = excluded.captured_at)
        SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM candidates
        """;

    public const string RegionalForecasts =
        """
        WITH candidates AS (
            SELECT s.region_id, s.window_start, s.forecast::numeric(6, 1) AS value, s.forecast_index
            FROM staged_intensity s
            LEFT JOIN LATERAL (
                SELECT forecast_gco2_kwh FROM carbon_intensity_regional
                WHERE region_id = s.region_id AND window_start = s.window_start AND source = $1 AND captured_at <= $2 AND forecast_gco2_kwh IS NOT NULL
                ORDER BY captured_at DESC LIMIT 1) known ON true
            WHERE s.region_id IS NOT NULL AND s.forecast IS NOT NULL AND known.forecast_gco2_kwh IS DISTINCT FROM s.forecast::numeric(6, 1)),
        stored AS (
            INSERT INTO carbon_intensity_regional (region_id, window_start, window_end, forecast_gco2_kwh, index, source, captured_at)
            SELECT region_id, window_start, window_start + interval '30 minutes', value, forecast_index, $1, $2 FROM candidates
            ON CONFLICT (region_id, window_start, source, captured_at) WHERE forecast_gco2_kwh IS NOT NULL
            DO UPDATE SET forecast_gco2_kwh = excluded.forecast_gco2_kwh, index = excluded.index)
        SELECT count(*), 0::bigint FROM candidates
        """;

    public const string RegionalActuals =
        """
        WITH candidates AS (
            SELECT s.region_id, s.window_start, s.actual::numeric(6, 1) AS value, s.actual_index, t.window_start IS NULL AS is_new
            FROM staged_intensity s
            LEFT JOIN carbon_intensity_regional t
                ON t.region_id = s.region_id AND t.window_start = s.window_start AND t.source = $1 AND t.actual_gco2_kwh IS NOT NULL
            WHERE s.region_id IS NOT NULL AND s.actual IS NOT NULL AND t.actual_gco2_kwh IS DISTINCT FROM s.actual::numeric(6, 1)),
        stored AS (
            INSERT INTO carbon_intensity_regional (region_id, window_start, window_end, actual_gco2_kwh, index, source, captured_at)
            SELECT region_id, window_start, window_start + interval '30 minutes', value, actual_index, $1, $2 FROM candidates
            ON CONFLICT (region_id, window_start, source) WHERE actual_gco2_kwh IS NOT NULL
            DO UPDATE SET actual_gco2_kwh = excluded.actual_gco2_kwh, index = excluded.index, captured_at = excluded.captured_at)
        SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM candidates
        """;

    // A half hour with a real value needs no made-up one any more.
    public const string DropSynthetic =
        """
        DELETE FROM carbon_intensity_national t USING staged_intensity s
        WHERE s.region_id IS NULL AND t.window_start = s.window_start AND t.source = 'synthetic';
        DELETE FROM carbon_intensity_regional t USING staged_intensity s
        WHERE t.region_id = s.region_id AND t.window_start = s.window_start AND t.source = 'synthetic';
        DELETE FROM generation_mix_national t USING (SELECT window_start FROM staged_mix WHERE region_id IS NULL GROUP BY 1) s
        WHERE t.window_start = s.window_start AND t.source = 'synthetic';
        DELETE FROM generation_mix_regional t USING (SELECT region_id, window_start FROM staged_intensity UNION SELECT region_id, window_start FROM staged_mix) s
        WHERE t.region_id = s.region_id AND t.window_start = s.window_start AND t.source = 'synthetic';
        DELETE FROM demand_forecast_national t
        USING (SELECT window_start FROM staged_demand_forecast WHERE cardinal_point = '' UNION SELECT window_start FROM staged_demand_actual) s
        WHERE t.window_start = s.window_start AND t.source = 'synthetic';
        DELETE FROM wholesale_prices t USING staged_price s
        WHERE t.window_start = s.window_start AND t.price_type = s.price_type AND t.source = 'synthetic';
        """;

    public const string NationalMixes =
        """
        WITH given AS (
            SELECT window_start, string_agg(fuel || percent::numeric(4, 1), ',' ORDER BY fuel) AS mix FROM staged_mix WHERE region_id IS NULL GROUP BY 1),
        candidates AS (
            SELECT g.window_start FROM given g
            LEFT JOIN LATERAL (
                SELECT string_agg(fuel || percent, ',' ORDER BY fuel) AS mix FROM generation_mix_national
                WHERE window_start = g.window_start AND source = $1 AND captured_at <= $2
                GROUP BY captured_at ORDER BY captured_at DESC LIMIT 1) known ON true
            WHERE known.mix IS DISTINCT FROM g.mix),
        stored AS (
            INSERT INTO generation_mix_national (window_start, fuel, percent, source, captured_at)
            SELECT window_start, fuel, percent, $1, $2 FROM staged_mix JOIN candidates USING (window_start) WHERE region_id IS NULL
            ON CONFLICT (window_start, source, captured_at, fuel) DO UPDATE SET percent = excluded.percent)
        SELECT count(*), 0::bigint FROM candidates
        """;

    public const string RegionalMixes =
        """
        WITH given AS (
            SELECT region_id, window_start, string_agg(fuel || percent::numeric(4, 1), ',' ORDER BY fuel) AS mix
            FROM staged_mix WHERE region_id IS NOT NULL GROUP BY 1, 2),
        candidates AS (
            SELECT g.region_id, g.window_start FROM given g
            LEFT JOIN LATERAL (
                SELECT string_agg(fuel || percent, ',' ORDER BY fuel) AS mix FROM generation_mix_regional
                WHERE region_id = g.region_id AND window_start = g.window_start AND source = $1 AND captured_at <= $2
                GROUP BY captured_at ORDER BY captured_at DESC LIMIT 1) known ON true
            WHERE known.mix IS DISTINCT FROM g.mix),
        stored AS (
            INSERT INTO generation_mix_regional (region_id, window_start, fuel, percent, source, captured_at)
            SELECT region_id, window_start, fuel, percent, $1, $2 FROM staged_mix JOIN candidates USING (region_id, window_start)
            ON CONFLICT (region_id, window_start, source, captured_at, fuel) DO UPDATE SET percent = excluded.percent)
        SELECT count(*), 0::bigint FROM candidates
        """;

    public const string DemandForecasts =
        """
        WITH candidates AS (
            SELECT s.* FROM staged_demand_forecast s
            LEFT JOIN LATERAL (
                SELECT demand_mw, window_end FROM demand_forecast_national
                WHERE window_start = s.window_start AND source = $1 AND cardinal_point = s.cardinal_point AND captured_at <= coalesce(s.captured_at, $2)
                ORDER BY captured_at DESC LIMIT 1) known ON true
            WHERE (known.demand_mw, known.window_end) IS DISTINCT FROM (s.mw::numeric(7, 1), s.window_end)),
        stored AS (
            INSERT INTO demand_forecast_national
                (window_start, window_end, settlement_date, settlement_period, cardinal_point, demand_mw, details, source, captured_at)
            SELECT window_start, window_end, settlement_date, settlement_period, cardinal_point, mw, details, $1, coalesce(captured_at, $2) FROM candidates
            ON CONFLICT (window_start, source, cardinal_point, captured_at)
            DO UPDATE SET demand_mw = excluded.demand_mw, window_end = excluded.window_end, details = excluded.details)
        SELECT count(*), 0::bigint FROM candidates
        """;

    public const string DemandActuals =
        """
        WITH candidates AS (
            SELECT s.*, t.window_start IS NULL AS is_new FROM staged_demand_actual s
            LEFT JOIN demand_actual_national t ON t.window_start = s.window_start AND t.source = $1
            WHERE (t.demand_mw, t.transmission_demand_mw) IS DISTINCT FROM (s.mw::numeric(7, 1), coalesce(s.transmission_mw::numeric(7, 1), t.transmission_demand_mw))),
        stored AS (
            INSERT INTO demand_actual_national
                (window_start, window_end, settlement_date, settlement_period, demand_mw, transmission_demand_mw, details, source, captured_at)
            SELECT window_start, window_start + interval '30 minutes', settlement_date, settlement_period, mw, transmission_mw, details, $1, $2 FROM candidates
            ON CONFLICT (window_start, source) DO UPDATE SET demand_mw = excluded.demand_mw,
                transmission_demand_mw = coalesce(excluded.transmission_demand_mw, demand_actual_national.transmission_demand_mw),
                details = demand_actual_national.details || excluded.details, captured_at = excluded.captured_at)
        SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM candidates
        """;

    public const string Prices =
        """
        WITH candidates AS (
            SELECT s.*, t.window_start IS NULL AS is_new FROM staged_price s
            LEFT JOIN wholesale_prices t
                ON t.window_start = s.window_start AND t.price_type = s.price_type AND t.provider = s.provider AND t.source = $1
            WHERE (t.price_gbp_mwh, t.system_buy_price_gbp_mwh, t.volume_mwh)
                IS DISTINCT FROM (s.price::numeric(12, 5), s.buy_price::numeric(12, 5), s.volume::numeric(14, 4))),
        stored AS (
            INSERT INTO wholesale_prices (window_start, window_end, settlement_date, settlement_period, price_type, provider,
                price_gbp_mwh, system_buy_price_gbp_mwh, volume_mwh, details, source, captured_at)
            SELECT window_start, window_start + interval '30 minutes', settlement_date, settlement_period, price_type, provider,
                price, buy_price, volume, details, $1, $2 FROM candidates
            ON CONFLICT (window_start, price_type, provider, source) DO UPDATE SET price_gbp_mwh = excluded.price_gbp_mwh,
                system_buy_price_gbp_mwh = excluded.system_buy_price_gbp_mwh, volume_mwh = excluded.volume_mwh,
                details = excluded.details, captured_at = excluded.captured_at)
        SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM candidates
        """;

    public const string Embedded =
        """
        WITH candidates AS (
            SELECT s.* FROM staged_embedded s
            LEFT JOIN LATERAL (
                SELECT wind_mw, solar_mw FROM embedded_generation_forecast
                WHERE window_start = s.window_start AND source = $1 AND captured_at <= $2
                ORDER BY captured_at DESC LIMIT 1) known ON true
            WHERE (known.wind_mw, known.solar_mw) IS DISTINCT FROM (s.wind::numeric(7, 1), s.solar::numeric(7, 1))),
        stored AS (
            INSERT INTO embedded_generation_forecast (window_start, wind_mw, wind_capacity_mw, solar_mw, solar_capacity_mw, source, captured_at)
            SELECT window_start, wind, wind_capacity, solar, solar_capacity, $1, $2 FROM candidates
            ON CONFLICT (window_start, source, captured_at) DO UPDATE SET wind_mw = excluded.wind_mw, solar_mw = excluded.solar_mw)
        SELECT count(*), 0::bigint FROM candidates
        """;

    public const string Quarantine =
        """
        INSERT INTO quarantine (source, dataset, reason, body, body_md5, first_seen_at, last_seen_at, times_seen)
        SELECT $1, $3, reason, (array_agg(body))[1], md5(body)::uuid, $2, $2, count(*)
        FROM unnest($4, $5) AS r (reason, body)
        GROUP BY reason, md5(body)
        ON CONFLICT (source, dataset, reason, body_md5)
        DO UPDATE SET last_seen_at = excluded.last_seen_at, times_seen = quarantine.times_seen + excluded.times_seen
        """;

    public const string EnsureMonths = "SELECT ensure_month(parent, month) FROM unnest($1, $2) AS m (parent, month)";
}
