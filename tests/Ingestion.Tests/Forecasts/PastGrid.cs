using Google.Protobuf.WellKnownTypes;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests.Forecasts;

/// <summary>Puts a past into the tables of the series: days with a shape, and a wind that comes and goes over four and a half days.</summary>
internal static class PastGrid
{
    /// <summary>In gCO2/kWh, GBP/MWh or hundreds of MW. Over a variable h, the start of a half hour.</summary>
    private const string Wave =
        "(180 + 60 * sin(extract(epoch FROM h) / 86400 * 2 * pi()) + 40 * sin(extract(epoch FROM h) / 394000 * 2 * pi()) + 8 * sin(extract(epoch FROM h) / 5011))";

    /// <summary>Actuals of Great Britain from the national source, each known half an hour after its end.</summary>
    public static Task ActualsAsync(TestDatabase database, string from, string to) => database.ExecuteAsync(
        $"""
        INSERT INTO ingestion.carbon_intensity_national (window_start, window_end, actual_gco2_kwh, index, source, captured_at)
        SELECT h, h + interval '30 minutes', {Wave}, 'moderate', 'carbon-intensity', h + interval '1 hour'
        FROM generate_series('{from}'::timestamptz, '{to}'::timestamptz - interval '30 minutes', interval '30 minutes') h
        """);

    /// <summary>A forecast of Great Britain that is wrong by as much, published at a time.</summary>
    public static Task PublishedAsync(TestDatabase database, string from, int hours, string capturedAt, double wrongBy) => database.ExecuteAsync(
        $"""
        INSERT INTO ingestion.carbon_intensity_national (window_start, window_end, forecast_gco2_kwh, index, source, captured_at)
        SELECT h, h + interval '30 minutes', {Wave} + {wrongBy}, 'moderate', 'carbon-intensity', '{capturedAt}'
        FROM generate_series('{from}'::timestamptz, '{from}'::timestamptz + interval '{hours} hours' - interval '30 minutes', interval '30 minutes') h
        """);

    /// <summary>Of a region, whose only values are forecasts.</summary>
    public static Task RegionalAsync(TestDatabase database, int region, string from, string to) => database.ExecuteAsync(
        $"""
        INSERT INTO ingestion.carbon_intensity_regional (region_id, window_start, window_end, forecast_gco2_kwh, index, source, captured_at)
        SELECT {region}, h, h + interval '30 minutes', {Wave} / 2, 'moderate', 'carbon-intensity', h - interval '1 hour'
        FROM generate_series('{from}'::timestamptz, '{to}'::timestamptz - interval '30 minutes', interval '30 minutes') h
        """);

    /// <summary>System prices, a part of them negative.</summary>
    public static Task PricesAsync(TestDatabase database, string from, string to) => database.ExecuteAsync(
        $"""
        INSERT INTO ingestion.wholesale_prices (window_start, window_end, settlement_date, settlement_period, price_type, price_gbp_mwh, source, captured_at)
        SELECT h, h + interval '30 minutes', '2026-01-01', 1, 'system', {Wave} - 200, 'elexon', h + interval '1 hour'
        FROM generate_series('{from}'::timestamptz, '{to}'::timestamptz - interval '30 minutes', interval '30 minutes') h
        """);

    /// <summary>The national demand.</summary>
    public static Task DemandAsync(TestDatabase database, string from, string to) => database.ExecuteAsync(
        $"""
        INSERT INTO ingestion.demand_actual_national (window_start, window_end, settlement_date, settlement_period, demand_mw, source, captured_at)
        SELECT h, h + interval '30 minutes', '2026-01-01', 1, 100 * {Wave}, 'neso', h + interval '1 hour'
        FROM generate_series('{from}'::timestamptz, '{to}'::timestamptz - interval '30 minutes', interval '30 minutes') h
        """);

    public static Timestamp At(string time, double hours = 0) => Timestamp.FromDateTimeOffset(DateTimeOffset.Parse(time).AddHours(hours));
}
