using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;
using Pylon.Ingestion.Sources.CarbonIntensity;
using Pylon.Ingestion.Sources.Elexon;
using Pylon.Ingestion.Tests.Sources;
using Xunit.Abstractions;

namespace Pylon.Ingestion.Tests.Series;

public sealed class SeriesStoreTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 10, 17, 0, TimeSpan.Zero);

    [Fact]
    public async Task SameAgainChangesNothingAndARevisedActualChangesOneRow()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var store = new SeriesStore(database.DataSource, new RegionalStore(database.DataSource), TimeProvider.System);

        Assert.Equal(new Stored(2, 0, 0), await store.StoreAsync(National(100, "null", "null"), "carbon-intensity", Now, default));
        Assert.Equal(new Stored(1, 0, 2), await store.StoreAsync(National(100, "90", "null"), "carbon-intensity", Now.AddMinutes(30), default));
        Assert.Equal(new Stored(0, 0, 3), await store.StoreAsync(National(100, "90", "null"), "carbon-intensity", Now.AddMinutes(60), default));
        Assert.Equal(new Stored(0, 1, 2), await store.StoreAsync(National(100, "91", "null"), "carbon-intensity", Now.AddMinutes(90), default));

        Assert.Equal(3L, await database.Database.ScalarAsync<long>("SELECT count(*) FROM ingestion.carbon_intensity_national"));
        Assert.Equal(91m, await database.Database.ScalarAsync<decimal>("SELECT actual_gco2_kwh FROM ingestion.carbon_intensity_national WHERE actual_gco2_kwh IS NOT NULL"));
    }

    [Fact]
    public async Task OlderCaptureNeverOverwritesANewerActual()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var store = new SeriesStore(database.DataSource, new RegionalStore(database.DataSource), TimeProvider.System);
        const string Elexon = """{"data":[{"settlementDate":"2026-03-04","settlementPeriod":19,"systemSellPrice":PRICE,"netImbalanceVolume":PRICE},{"settlementDate":"2026-03-04","settlementPeriod":19,"initialDemandOutturn":PRICE}]}""";
        await store.StoreAsync(National(100, "91", "null"), "carbon-intensity", Now, default);
        await store.StoreAsync(ElexonBody.Read(Elexon.Replace("PRICE", "91"), "e"), "elexon", Now, default);

        Assert.Equal(new Stored(0, 0, 3), await store.StoreAsync(National(100, "90", "null"), "carbon-intensity", Now.AddSeconds(-1), default) with { New = 0, Unchanged = 3 });
        Assert.Equal(new Stored(0, 0, 3), await store.StoreAsync(ElexonBody.Read(Elexon.Replace("PRICE", "90"), "e"), "elexon", Now.AddSeconds(-1), default));

        Assert.Equal(91m, await database.Database.ScalarAsync<decimal>("SELECT actual_gco2_kwh FROM ingestion.carbon_intensity_national WHERE actual_gco2_kwh IS NOT NULL"));
        Assert.Equal(
            "91.0 91.00000 91.0000",
            await database.Database.ScalarAsync<string>(
                "SELECT concat_ws(' ', (SELECT demand_mw FROM ingestion.demand_actual_national), (SELECT price_gbp_mwh FROM ingestion.wholesale_prices), (SELECT volume_mwh FROM ingestion.imbalance_volume))"));
    }

    [Fact]
    public async Task RunThatLostItsPlaceStoresNothing()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var store = new SeriesStore(database.DataSource, new RegionalStore(database.DataSource), TimeProvider.System);
        var run = Guid.NewGuid();
        await database.Database.ExecuteAsync($"INSERT INTO ingestion.pipeline_runs (id, trigger, status, started_at, finished_at) VALUES ('{run}', 'schedule', 'abandoned', now(), now())");

        await Assert.ThrowsAsync<RunSupersededException>(() => store.StoreAsync("carbon-intensity", "intensity", National(100, "90", "null").Values, [], Now, default, run));

        Assert.Equal(0L, await database.Database.ScalarAsync<long>("SELECT count(*) FROM ingestion.carbon_intensity_national"));
    }

    [Fact]
    public async Task LaterForecastKeepsBothAndLatestAndAsKnownAtAreRight()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var store = new SeriesStore(database.DataSource, new RegionalStore(database.DataSource), TimeProvider.System);
        await store.StoreAsync(National(100, "null", "null"), "carbon-intensity", Now, default);
        await store.StoreAsync(National(120, "null", "null"), "carbon-intensity", Now.AddHours(1), default);
        await store.StoreAsync(National(120, "90", "null"), "carbon-intensity", Now.AddHours(2), default);
        var reader = new SeriesReader(database.DataSource);

        Assert.Equal([(90.0, true), (50.0, false)], await ReadAsync(Now.AddHours(3)));
        Assert.Equal([(120.0, false), (50.0, false)], await ReadAsync(Now.AddMinutes(90)));
        Assert.Equal([(100.0, false), (50.0, false)], await ReadAsync(Now));
        Assert.Empty(await ReadAsync(Now.AddMinutes(-1)));

        async Task<IEnumerable<(double, bool)>> ReadAsync(DateTimeOffset asKnownAt) =>
            (await reader.ReadAsync(SeriesDefinition.CarbonIntensity, null, Now.AddHours(-2), Now, asKnownAt, false, 10, default)).Select(p => (p.Value, p.Actual));
    }

    [Fact]
    public async Task RealValueReplacesTheSyntheticOne()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var regions = new RegionalStore(database.DataSource);
        await regions.FillAsync(RegionalWindow.Synthetic(HalfHour.Containing(Now), 2, await regions.ReadIndexAsync(default)), Now, default);

        await new SeriesStore(database.DataSource, regions, TimeProvider.System).StoreAsync(
            CarbonIntensityBody.Read("""{"data":[{"from":"2026-03-04T10:00Z","to":"2026-03-04T10:30Z","regions":[{"regionid":1,"intensity":{"forecast":9,"index":"very low"},"generationmix":[{"fuel":"wind","perc":100}]}]}]}""", "regional"),
            "carbon-intensity", Now, default);

        Assert.Equal(35L, await database.Database.ScalarAsync<long>("SELECT count(*) FROM ingestion.carbon_intensity_regional WHERE source = 'synthetic'"));
        var state = Assert.Single(await regions.LatestAsync(Now, [1], default));
        Assert.Equal(("carbon-intensity", 9, 1), (state.Source, state.IntensityGco2Kwh, state.Mix.Count));
        Assert.Equal(0, await regions.FillAsync(RegionalWindow.Synthetic(HalfHour.Containing(Now), 2, await regions.ReadIndexAsync(default)), Now, default));
    }

    [Fact]
    public async Task RejectedRowIsQuarantinedOnceAndCounted()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var store = new SeriesStore(database.DataSource, new RegionalStore(database.DataSource), TimeProvider.System);
        const string body = """{"data":[{"settlementDate":"2026-03-29","settlementPeriod":47,"systemSellPrice":1}]}""";

        await store.StoreAsync(ElexonBody.Read(body, "system-prices"), "elexon", Now, default);
        await store.StoreAsync(ElexonBody.Read(body, "system-prices"), "elexon", Now.AddMinutes(30), default);

        Assert.Equal(
            "elexon|system-prices|2026-03-29 has 46 settlement periods and no 47|2",
            await database.Database.ScalarAsync<string>("SELECT concat_ws('|', source, dataset, reason, times_seen) FROM ingestion.quarantine"));
    }

    [Fact]
    public async Task EveryRecordedBodyIsStoredOrQuarantinedRowByRowAndTwiceChangesNothing()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var store = new SeriesStore(database.DataSource, new RegionalStore(database.DataSource), TimeProvider.System);
        foreach (var file in RecordedBodies.Files)
        {
            var parsed = RecordedBodies.Read(file);
            var source = $"recorded:{Path.GetFileName(file)}";
            var values = parsed.Values.Count;

            var first = await store.StoreAsync(parsed, source, Now, default);
            var again = await store.StoreAsync(RecordedBodies.Read(file), source, Now.AddHours(1), default);

            output.WriteLine($"{Path.GetFileName(file)}: rows {parsed.RowsRead} = accepted {parsed.RowsAccepted} + quarantined {parsed.Rejected.Count}"
                + $" {string.Join("; ", parsed.Rejected.GroupBy(r => r.Reason).Select(g => $"{g.Count()}x {g.Key}"))}; values {first.New}; missing {parsed.HalfHoursMissing}");
            Assert.Null(parsed.Problem);
            Assert.Equal(RecordedBodies.RowsIn(file), parsed.RowsRead);
            Assert.Equal(parsed.RowsRead, parsed.RowsAccepted + parsed.Rejected.Count);
            Assert.Equal(new Stored(values, 0, 0), first);
            Assert.Equal(new Stored(0, 0, values), again);
        }
    }

    private static Pylon.Ingestion.Sources.ParsedBody National(int forecast, string actual, string nextActual) => CarbonIntensityBody.Read(
        $$$"""
        {"data":[
          {"from":"2026-03-04T09:00Z","to":"2026-03-04T09:30Z","intensity":{"forecast":{{{forecast}}},"actual":{{{actual}}},"index":"moderate"}},
          {"from":"2026-03-04T09:30Z","to":"2026-03-04T10:00Z","intensity":{"forecast":50,"actual":{{{nextActual}}},"index":"low"}}]}
        """, "intensity");
}
