using Npgsql;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Tests.Regional;

public sealed class RegionalStoreTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 10, 17, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Start = HalfHour.Containing(Now);

    [Fact]
    public async Task FillingTwiceOrFromManyInstancesAddsNothing()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var store = new RegionalStore(database.DataSource);
        var windows = await WindowsAsync(store, 48);

        var filled = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => store.FillAsync(windows, Now, CancellationToken.None)));

        Assert.Equal(18 * 48, filled.Sum());
        Assert.Equal(18L * 48 * 9, await database.Database.ScalarAsync<long>("SELECT count(*) FROM ingestion.generation_mix_regional"));
    }

    [Fact]
    public async Task LatestIsTheHalfHourThatContainsNow()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var store = new RegionalStore(database.DataSource);
        await store.FillAsync(await WindowsAsync(store, 3), Now, CancellationToken.None);

        var states = await store.LatestAsync(Now, [1, 7, 17], CancellationToken.None);
        var atTheTurn = await store.LatestAsync(Start + HalfHour.Length, [1], CancellationToken.None);

        Assert.Equal([(1, "North Scotland", "GB-R01"), (7, "South Wales", "GB-R07"), (17, "Wales", null)], states.Select(s => (s.RegionId, s.Name, s.Zone?.Code)));
        Assert.All(states, s => Assert.Equal((Start, Start + HalfHour.Length, "synthetic", Now), (s.Start, s.End, s.Source, s.CapturedAt)));
        Assert.All(states, s => Assert.Equal(SyntheticGrid.Mix(s.RegionId, Start), s.Mix));
        Assert.Equal(Start + HalfHour.Length, Assert.Single(atTheTurn).Start);
    }

    [Fact]
    public async Task RealValueGoesBeforeASyntheticOne()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var store = new RegionalStore(database.DataSource);
        await store.FillAsync(await WindowsAsync(store, 1), Now, CancellationToken.None);
        await database.Database.ExecuteAsync(
            """
            INSERT INTO ingestion.carbon_intensity_regional (region_id, window_start, window_end, forecast_gco2_kwh, index, source, captured_at) VALUES
                (1, '2026-03-04 10:00Z', '2026-03-04 10:30Z', 60, 'low', 'carbon-intensity', '2026-03-04 09:00Z'),
                (1, '2026-03-04 10:00Z', '2026-03-04 10:30Z', 61, 'low', 'carbon-intensity', '2026-03-04 10:00Z')
            """);

        var state = Assert.Single(await store.LatestAsync(Now, [1], CancellationToken.None));

        Assert.Equal(("carbon-intensity", 61.0), (state.Source, state.IntensityGco2Kwh));
        Assert.Empty(state.Mix);
    }

    [Fact]
    public async Task LatestStateIsReadByIndex()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var store = new RegionalStore(database.DataSource);
        await store.FillAsync(await WindowsAsync(store, 400), Now, CancellationToken.None);
        await database.Database.ExecuteAsync("ANALYZE ingestion.carbon_intensity_regional; ANALYZE ingestion.generation_mix_regional");
        await using var connection = new NpgsqlConnection(database.Database.ConnectionString);
        await connection.OpenAsync();
        await using var settings = new NpgsqlCommand("SET search_path = ingestion", connection);
        await settings.ExecuteNonQueryAsync();
        await using var explain = new NpgsqlCommand("EXPLAIN " + RegionalStore.ReadLatest, connection);
        explain.Parameters.AddWithValue(Now);
        explain.Parameters.AddWithValue("synthetic");
        explain.Parameters.AddWithValue("pylon");
        explain.Parameters.AddWithValue(new short[] { 1, 2, 3 });
        await using var reader = await explain.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
            plan.Add(reader.GetString(0));

        Assert.DoesNotContain(plan, line => line.Contains("Seq Scan on carbon_intensity_regional") || line.Contains("Seq Scan on generation_mix_regional"));
    }

    [Theory]
    [InlineData("forecast_gco2_kwh, window_end", "-1, '2026-03-04 10:30Z'", "carbon_intensity_regional_forecast_gco2_kwh_check")]
    [InlineData("forecast_gco2_kwh, window_end", "1, '2026-03-04 10:31Z'", "carbon_intensity_regional_half_hour")]
    [InlineData("window_end", "'2026-03-04 10:30Z'", "carbon_intensity_regional_value")]
    public async Task SchemaRefusesWhatCannotBe(string columns, string values, string constraint)
    {
        await using var database = await IngestionDatabase.CreateAsync();

        var error = await Assert.ThrowsAsync<PostgresException>(() => database.Database.ExecuteAsync(
            $"INSERT INTO ingestion.carbon_intensity_regional (region_id, window_start, index, source, captured_at, {columns}) VALUES (1, '2026-03-04 10:00Z', 'low', 's', now(), {values})"));

        Assert.Equal(constraint, error.ConstraintName);
    }

    private static async Task<IReadOnlyList<RegionalWindow>> WindowsAsync(RegionalStore store, int count) =>
        RegionalWindow.Synthetic(Start, count, await store.ReadIndexAsync(CancellationToken.None));
}
