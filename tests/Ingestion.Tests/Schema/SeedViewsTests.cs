using Pylon.Postgres;

namespace Pylon.Ingestion.Tests.Schema;

/// <summary>The grid under the seed's names: views over the series.</summary>
public sealed class SeedViewsTests
{
    private const string Series =
        """
        INSERT INTO carbon_intensity_national (window_start, window_end, forecast_gco2_kwh, actual_gco2_kwh, index, source, captured_at) VALUES
            ('2026-03-04T10:00Z', '2026-03-04T10:30Z', 111, NULL, 'moderate', 'carbon-intensity', '2026-03-04T09:00Z'),
            ('2026-03-04T10:00Z', '2026-03-04T10:30Z', 99.4, NULL, 'moderate', 'carbon-intensity', '2026-03-04T09:30Z'),
            ('2026-03-04T10:00Z', '2026-03-04T10:30Z', 50, NULL, 'low', 'import:history', '2026-03-04T12:00Z'),
            ('2026-03-04T10:00Z', '2026-03-04T10:30Z', NULL, 101, 'high', 'carbon-intensity', '2026-03-04T10:45Z'),
            ('2026-07-04T10:00Z', '2026-07-04T10:30Z', 300, NULL, 'very high', 'synthetic', '2026-07-04T09:00Z');
        INSERT INTO demand_actual_national (window_start, window_end, settlement_date, settlement_period, demand_mw, source, captured_at) VALUES
            ('2026-03-04T10:00Z', '2026-03-04T10:30Z', '2026-03-04', 21, 32500, 'elexon', '2026-03-04T10:40Z');
        INSERT INTO wholesale_prices (window_start, window_end, settlement_date, settlement_period, price_type, price_gbp_mwh, source, captured_at) VALUES
            ('2026-03-04T10:00Z', '2026-03-04T10:30Z', '2026-03-04', 21, 'system', -12.345, 'elexon', '2026-03-04T10:40Z'),
            ('2026-03-04T10:00Z', '2026-03-04T10:30Z', '2026-03-04', 21, 'system', 70, 'synthetic', '2026-03-04T11:40Z');
        INSERT INTO carbon_intensity_regional (region_id, window_start, window_end, forecast_gco2_kwh, index, source, captured_at)
        SELECT r, date_bin('30 min', now(), '2000-01-01Z'), date_bin('30 min', now(), '2000-01-01Z') + interval '30 min', value, 'low', source, now()
        FROM (VALUES (13, 90, 'synthetic'), (13, 120, 'carbon-intensity'), (1, 0, 'carbon-intensity'), (16, 30, 'carbon-intensity')) v (r, value, source);
        INSERT INTO generation_mix_national (window_start, fuel, percent, source, captured_at) VALUES
            ('2026-03-04T10:00Z', 'wind', 40, 'carbon-intensity', '2026-03-04T09:00Z'), ('2026-03-04T10:00Z', 'gas', 60, 'carbon-intensity', '2026-03-04T09:00Z'),
            ('2026-03-04T10:00Z', 'wind', 55.5, 'carbon-intensity', '2026-03-04T09:30Z'), ('2026-03-04T10:00Z', 'gas', 44.5, 'carbon-intensity', '2026-03-04T09:30Z'),
            ('2026-03-04T10:00Z', 'coal', 100, 'synthetic', '2026-03-04T11:00Z');
        INSERT INTO generation_mix_regional (region_id, window_start, fuel, percent, source, captured_at)
        SELECT 13, date_bin('30 min', now(), '2000-01-01Z'), 'hydro', 100, 'carbon-intensity', now();
        """;

    [Fact]
    public async Task GridSignalIsTheBestOfEachHalfHour()
    {
        await using var database = await FilledAsync();

        Assert.Equal(
            "21 99 101 high 32500 0.500 -12.35 carbon-intensity f elexon elexon",
            await ScalarAsync(
                database,
                """
                SELECT concat_ws(' ', settlement_period, carbon_intensity_forecast, carbon_intensity_actual, carbon_index, demand_mw, grid_stress_score,
                    wholesale_price_gbp_mwh, data_source, is_forecast, demand_source, price_source)
                FROM grid_signals WHERE "timestamp" = '2026-03-04T10:00Z'
                """));
        Assert.Equal(
            "23 300 t synthetic t",
            await ScalarAsync(database, "SELECT concat_ws(' ', settlement_period, carbon_intensity_forecast, is_forecast, data_source, demand_mw IS NULL AND grid_stress_score IS NULL) FROM grid_signals ORDER BY timestamp DESC LIMIT 1"));
    }

    [Fact]
    public async Task MixBelongsToItsSignalAndTheIdsStayTheSame()
    {
        await using var database = await FilledAsync();

        Assert.Equal(
            "gas 44.50, wind 55.50",
            await ScalarAsync(database, "SELECT string_agg(fuel_type || ' ' || percentage, ', ' ORDER BY fuel_type) FROM generation_mix m JOIN grid_signals s ON s.id = m.grid_signal_id WHERE regional_signal_id IS NULL"));
        Assert.Equal(
            "London hydro 120",
            await ScalarAsync(
                database,
                "SELECT concat_ws(' ', r.short_name, m.fuel_type, s.carbon_intensity_forecast) FROM generation_mix m JOIN regional_grid_signals s ON s.id = m.regional_signal_id JOIN regions r ON s.region_id = r.id"));
        Assert.Equal(
            await ScalarAsync(database, "SELECT md5('pylon.grid_signal.1772618400')::uuid::text"),
            await ScalarAsync(database, "SELECT id::text FROM grid_signals WHERE timestamp = '2026-03-04T10:00Z'"));
    }

    [Fact]
    public async Task RankingHasTheCurrentHalfHourTheCleanestFirst()
    {
        await using var database = await FilledAsync();

        Assert.Equal(
            "North Scotland Scotland 0 f carbon-intensity|Scotland Scotland 30 t carbon-intensity|London England 120 f carbon-intensity",
            await ScalarAsync(database, "SELECT string_agg(concat_ws(' ', short_name, country, carbon_intensity_forecast, is_aggregate, data_source), '|') FROM v_regional_carbon_ranking"));
    }

    [Theory]
    [InlineData(19_999, "0.000")]
    [InlineData(20_000, "0.000")]
    [InlineData(32_500, "0.500")]
    [InlineData(45_000, "1.000")]
    [InlineData(48_000, "1.000")]
    public async Task StressIsClamped(int demand, string stress)
    {
        await using var database = await IngestionDatabase.CreateAsync();
        Assert.Equal(stress, await ScalarAsync(database, $"SELECT grid_stress_of({demand})::text"));
    }

    [Theory]
    [InlineData("2026-03-29T00:30Z", 2)]
    [InlineData("2026-03-29T22:30Z", 46)]
    [InlineData("2026-10-24T23:00Z", 1)]
    [InlineData("2026-10-25T23:30Z", 50)]
    public async Task SettlementPeriodFollowsTheClockOfLondon(string time, int period)
    {
        await using var database = await IngestionDatabase.CreateAsync();
        Assert.Equal($"{period}", await ScalarAsync(database, $"SELECT settlement_period_of('{time}')::text"));
    }

    [Fact]
    public async Task RegionsOfTheSeedAreInsertedWithoutHarm()
    {
        await using var database = await IngestionDatabase.CreateAsync();

        await database.DataSource.ExecuteAsync(
            """
            INSERT INTO regions (region_id, short_name, country, is_aggregate) VALUES
                (1, 'North Scotland', 'Scotland', FALSE), (5, 'South Yorkshire', 'England', FALSE), (17, 'Wales', 'Wales', TRUE)
            ON CONFLICT (region_id) DO NOTHING
            """,
            CancellationToken.None);

        Assert.Equal("18 18 3 2 4", await ScalarAsync(database, "SELECT concat_ws(' ', count(*), count(DISTINCT id), count(*) FILTER (WHERE country = 'Wales'), count(*) FILTER (WHERE country = 'Scotland' AND NOT is_aggregate), count(*) FILTER (WHERE is_aggregate)) FROM regions"));
    }

    private static async Task<IngestionDatabase> FilledAsync()
    {
        var database = await IngestionDatabase.CreateAsync();
        await database.DataSource.ExecuteAsync(Series, CancellationToken.None);
        return database;
    }

    private static async Task<string?> ScalarAsync(IngestionDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        return await command.ExecuteScalarAsync() as string;
    }
}
