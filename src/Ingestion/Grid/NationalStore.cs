using Npgsql;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Postgres;

namespace Pylon.Ingestion.Grid;

/// <summary>The latest of Great Britain; what nobody told is null or empty.</summary>
internal sealed record NationalState(SeriesPoint? Intensity, SeriesPoint? Demand, SeriesPoint? SystemPrice, IReadOnlyList<FuelPercent> Mix, string MixSource);

/// <summary>Reads the latest state of Great Britain.</summary>
internal sealed class NationalStore(NpgsqlDataSource dataSource)
{
    // Of each the one best row: a real value goes before a made-up one, what was measured before what was forecast.
    internal const string Latest =
        """
        (SELECT 'intensity', window_start, coalesce(actual_gco2_kwh, forecast_gco2_kwh)::float8, index, actual_gco2_kwh IS NOT NULL, source, captured_at,
                NULL::text[], NULL::numeric[]
         FROM carbon_intensity_national
         WHERE window_start > $1 - interval '30 minutes' AND window_start <= $1
         ORDER BY source = 'synthetic', actual_gco2_kwh IS NULL, source LIKE 'import:%', captured_at DESC LIMIT 1)
        UNION ALL
        (SELECT 'demand', window_start, mw::float8, NULL, is_actual, source, captured_at, NULL, NULL
         FROM (
            SELECT window_start, demand_mw AS mw, true AS is_actual, source, captured_at FROM demand_actual_national
            WHERE window_start > $1 - interval '30 minutes' AND window_start <= $1
            UNION ALL
            SELECT window_start, demand_mw, false, source, captured_at FROM demand_forecast_national
            WHERE window_start > $1 - interval '30 minutes' AND window_start <= $1 AND cardinal_point = '') demand
         ORDER BY source = 'synthetic', NOT is_actual, source LIKE 'import:%', captured_at DESC LIMIT 1)
        UNION ALL
        (SELECT 'price', window_start, price_gbp_mwh::float8, NULL, source <> 'synthetic', source, captured_at, NULL, NULL
         FROM wholesale_prices
         WHERE window_start > $1 - interval '1 day' AND window_start <= $1 AND price_type = 'system'
         ORDER BY source = 'synthetic', window_start DESC, source LIKE 'import:%', captured_at DESC LIMIT 1)
        UNION ALL
        (SELECT 'mix', window_start, NULL, NULL, false, source, captured_at, array_agg(fuel ORDER BY fuel), array_agg(percent ORDER BY fuel)
         FROM generation_mix_national
         WHERE window_start > $1 - interval '2 hours' AND window_start <= $1
         GROUP BY window_start, source, captured_at
         ORDER BY source = 'synthetic', window_start DESC, source LIKE 'import:%', captured_at DESC LIMIT 1)
        """;

    public async Task<NationalState> LatestAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command(Latest, now.ToUniversalTime());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var state = new NationalState(null, null, null, [], "");
        while (await reader.ReadAsync(cancellationToken))
        {
            state = reader.GetString(0) switch
            {
                "intensity" => state with { Intensity = Point(reader) },
                "demand" => state with { Demand = Point(reader) },
                "price" => state with { SystemPrice = Point(reader) },
                _ => state with
                {
                    Mix = [.. reader.GetFieldValue<string[]>(7).Zip(reader.GetFieldValue<decimal[]>(8), (fuel, percent) => new FuelPercent(fuel, percent))],
                    MixSource = reader.GetString(5),
                },
            };
        }

        return state;
    }

    private static SeriesPoint Point(NpgsqlDataReader reader) => new(
        reader.GetFieldValue<DateTimeOffset>(1), reader.GetDouble(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetBoolean(4),
        reader.GetString(5), reader.GetFieldValue<DateTimeOffset>(6));
}
