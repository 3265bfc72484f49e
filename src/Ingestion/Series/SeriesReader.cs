using Npgsql;
using Pylon.Ingestion.Sources;
using Pylon.Postgres;

namespace Pylon.Ingestion.Series;

/// <summary>
/// Reads the series as they were known at a time: of a half hour a real value goes before a made-up one, what was
/// measured before what was forecast, what a source told Pylon before what a file says, a later capture before an earlier
/// one. A file fills what the sources leave out: where it came from only its importer knows.
/// </summary>
internal sealed class SeriesReader(NpgsqlDataSource dataSource)
{
    private const string LiquidProvider = "APXMIDP";

    private const string National =
        """
        SELECT DISTINCT ON (window_start) window_start, coalesce(actual_gco2_kwh, forecast_gco2_kwh)::float8, index,
               actual_gco2_kwh IS NOT NULL, source, captured_at
        FROM carbon_intensity_national
        WHERE window_start >= $1 AND window_start < $2 AND captured_at <= $3 AND (forecast_gco2_kwh IS NOT NULL OR NOT $4)
        ORDER BY window_start, source = 'synthetic', actual_gco2_kwh IS NULL, source LIKE 'import:%', captured_at DESC
        LIMIT $5
        """;

    private const string Regional =
        """
        SELECT DISTINCT ON (window_start) window_start, coalesce(actual_gco2_kwh, forecast_gco2_kwh)::float8, index,
               actual_gco2_kwh IS NOT NULL, source, captured_at
        FROM carbon_intensity_regional
        WHERE window_start >= $1 AND window_start < $2 AND captured_at <= $3 AND (forecast_gco2_kwh IS NOT NULL OR NOT $4)
          AND region_id = $6
        ORDER BY window_start, source = 'synthetic', actual_gco2_kwh IS NULL, source LIKE 'import:%', captured_at DESC
        LIMIT $5
        """;

    private const string Demand =
        """
        SELECT DISTINCT ON (window_start) window_start, mw::float8, NULL, is_actual, source, captured_at
        FROM (
            SELECT window_start, demand_mw AS mw, true AS is_actual, source, captured_at FROM demand_actual_national
            WHERE window_start >= $1 AND window_start < $2 AND captured_at <= $3 AND NOT $4
            UNION ALL
            SELECT window_start, demand_mw, false, source, captured_at FROM demand_forecast_national
            WHERE window_start >= $1 AND window_start < $2 AND captured_at <= $3 AND cardinal_point = '') demand
        ORDER BY window_start, source = 'synthetic', NOT is_actual, source LIKE 'import:%', captured_at DESC
        LIMIT $5
        """;

    private const string Price =
        """
        SELECT DISTINCT ON (window_start) window_start, price_gbp_mwh::float8, NULL, source <> 'synthetic', source, captured_at
        FROM wholesale_prices
        WHERE window_start >= $1 AND window_start < $2 AND captured_at <= $3
          AND price_type = $5 AND provider = $6 AND (price_type = 'system' OR volume_mwh > 0)
        ORDER BY window_start, source = 'synthetic', source LIKE 'import:%', captured_at DESC
        LIMIT $4
        """;

    /// <param name="regionId">Null for Great Britain as the national source tells it.</param>
    /// <param name="from">Included.</param>
    /// <param name="to">Not included.</param>
    /// <param name="asKnownAt">What was captured later is not seen.</param>
    /// <param name="forecastOnly">Leaves out what was measured.</param>
    /// <param name="limit">At most so many points.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<SeriesPoint>> IntensitiesAsync(
        int? regionId, DateTimeOffset from, DateTimeOffset to, DateTimeOffset asKnownAt, bool forecastOnly, int limit, CancellationToken cancellationToken) =>
        regionId is { } region
            ? ReadAsync(Regional, cancellationToken, from, to, asKnownAt, forecastOnly, limit, (short)region)
            : ReadAsync(National, cancellationToken, from, to, asKnownAt, forecastOnly, limit);

    public Task<IReadOnlyList<SeriesPoint>> DemandAsync(
        DateTimeOffset from, DateTimeOffset to, DateTimeOffset asKnownAt, bool forecastOnly, int limit, CancellationToken cancellationToken) =>
        ReadAsync(Demand, cancellationToken, from, to, asKnownAt, forecastOnly, limit);

    /// <summary>The price of imbalance in GBP/MWh.</summary>
    public Task<IReadOnlyList<SeriesPoint>> SystemPricesAsync(
        DateTimeOffset from, DateTimeOffset to, DateTimeOffset asKnownAt, int limit, CancellationToken cancellationToken) =>
        ReadAsync(Price, cancellationToken, from, to, asKnownAt, limit, PriceValue.System, "");

    /// <summary>GBP/MWh by the provider whose market is the liquid one.</summary>
    public Task<IReadOnlyList<SeriesPoint>> MarketIndexPricesAsync(
        DateTimeOffset from, DateTimeOffset to, DateTimeOffset asKnownAt, int limit, CancellationToken cancellationToken) =>
        ReadAsync(Price, cancellationToken, from, to, asKnownAt, limit, PriceValue.MarketIndex, LiquidProvider);

    private async Task<IReadOnlyList<SeriesPoint>> ReadAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = dataSource.Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var points = new List<SeriesPoint>();
        while (await reader.ReadAsync(cancellationToken))
        {
            points.Add(new SeriesPoint(
                reader.GetFieldValue<DateTimeOffset>(0), reader.GetDouble(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetBoolean(3),
                reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5)));
        }

        return points;
    }
}
