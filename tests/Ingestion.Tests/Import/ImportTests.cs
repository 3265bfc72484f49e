using System.Text;
using Npgsql;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;
using Pylon.Ingestion.Sources.CarbonIntensity;
using Pylon.Ingestion.V1;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests.Import;

public sealed class ImportTests
{
    [Fact]
    public async Task AMonthOfAllRegionsIsStoredOnceHoweverItIsCutAndHoweverOftenItComes()
    {
        await using var importer = await Importer.CreateAsync();
        var file = Month(18);

        Importer.AssertCounts(await importer.RunAsync(file, pieces: 65_536), read: 26_784, @new: 26_784);
        Importer.AssertCounts(await importer.RunAsync(file, pieces: 1_021), read: 26_784, unchanged: 26_784);

        Assert.Equal(26_784L, await importer.CountAsync("carbon_intensity_regional", "index = 'low'"));
        Assert.Equal(0L, await importer.ScalarAsync<long>("SELECT count(*) FROM carbon_intensity_regional_default"));
    }

    [Fact]
    public async Task AMonthThatIsThereAndEmptyIsBuiltAnew()
    {
        await using var importer = await Importer.CreateAsync();
        var file = Month(3);
        await importer.RunAsync(file);
        var (before, version) = (await JulyAsync(importer), await VersionAsync());
        await importer.ScalarAsync<long>("DELETE FROM carbon_intensity_regional; SELECT 0::bigint");

        Importer.AssertCounts(await importer.RunAsync(file), read: 4464, @new: 4464);
        Importer.AssertCounts(await importer.RunAsync(file), read: 4464, unchanged: 4464);

        Assert.NotEqual(before, await JulyAsync(importer));
        Assert.NotEqual(version, await VersionAsync());
        Assert.Equal(4464L, await importer.CountAsync("carbon_intensity_regional_202607"));
        Assert.Equal(3L, await importer.ScalarAsync<long>(
            "SELECT count(*) FROM pg_index JOIN pg_inherits ON inhrelid = indexrelid WHERE indrelid = 'carbon_intensity_regional_202607'::regclass AND indisvalid"));
        Assert.Equal(0L, await importer.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relname LIKE '%\\_new'"));

        Task<string?> VersionAsync() => importer.ScalarAsync<string>("SELECT max(id)::text FROM series_changes WHERE series_table = 'carbon_intensity_regional'");
    }

    [Fact]
    public async Task AnEmptyMonthThatAReaderHoldsGetsItsRowsWithoutWaitingForIt()
    {
        await using var importer = await Importer.CreateAsync();
        var file = Month(3);
        await importer.RunAsync(file);
        await importer.ScalarAsync<long>("DELETE FROM carbon_intensity_regional; SELECT 0::bigint");
        var before = await JulyAsync(importer);
        await using var reader = await importer.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await reader.BeginTransactionAsync();
        await using (var read = new NpgsqlCommand("SELECT count(*) FROM carbon_intensity_regional", reader))
            Assert.Equal(0L, await read.ExecuteScalarAsync());

        Importer.AssertCounts(await importer.RunAsync(file), read: 4464, @new: 4464);

        Assert.Equal(before, await JulyAsync(importer));
        Assert.Equal(4464L, await importer.CountAsync("carbon_intensity_regional_202607"));
        Assert.Equal(0L, await importer.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relname LIKE '%\\_new'"));
        await using (var read = new NpgsqlCommand("SELECT count(*) FROM carbon_intensity_regional", reader))
            Assert.Equal(4464L, await read.ExecuteScalarAsync());
    }

    [Fact]
    public async Task TwoImportsAndAWriterOfOneRowMeetInAnEmptyMonth()
    {
        await using var importer = await Importer.CreateAsync();
        var file = Month(3);
        await importer.RunAsync(file);
        for (var round = 0; round < 5; round++)
        {
            await importer.ScalarAsync<long>("DELETE FROM carbon_intensity_regional; SELECT 0::bigint");
            var first = importer.RunAsync(file, name: "a");
            var second = importer.RunAsync(file, name: "b");
            await importer.ScalarAsync<long>(
                "INSERT INTO carbon_intensity_regional VALUES (1, '2026-07-02', '2026-07-02 00:30', 5, NULL, 'very low', 'by hand', now()); SELECT 0::bigint");

            Importer.AssertCounts(await first, read: 4464, @new: 4464);
            Importer.AssertCounts(await second, read: 4464, @new: 4464);
            Assert.Equal((4464L, 4464L, 1L), (
                await importer.CountAsync("carbon_intensity_regional", name: "a"),
                await importer.CountAsync("carbon_intensity_regional", name: "b"),
                await importer.ScalarAsync<long>("SELECT count(*) FROM carbon_intensity_regional WHERE source = 'by hand'")));
        }

        Assert.Equal(0L, await importer.ScalarAsync<long>("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"));
    }

    [Fact]
    public async Task ARevisedActualChangesOneRow()
    {
        await using var importer = await Importer.CreateAsync();
        const string File = "from,forecast,actual\n2026-03-04T10:00Z,100,90\n2026-03-04T10:30Z,110,95\n";

        Importer.AssertCounts(await importer.RunAsync(File), read: 2, @new: 4);
        Importer.AssertCounts(await importer.RunAsync(File.Replace("95", "96.25", StringComparison.Ordinal)), read: 2, changed: 1, unchanged: 3);

        Assert.Equal(96.3m, await importer.ScalarAsync<decimal>("SELECT max(actual_gco2_kwh) FROM carbon_intensity_national"));
        Assert.Equal(4L, await importer.CountAsync("carbon_intensity_national"));
    }

    [Fact]
    public async Task ALaterForecastKeepsBothAndTheSameAgainKeepsOne()
    {
        await using var importer = await Importer.CreateAsync();
        Importer.AssertCounts(await importer.RunAsync("from,forecast\n2026-03-04T10:00Z,100\n"), read: 1, @new: 1);
        Importer.AssertCounts(await importer.RunAsync("from,forecast\n2026-03-04T10:00Z,120\n"), read: 1, @new: 1);
        Importer.AssertCounts(await importer.RunAsync("from,forecast\n2026-03-04T10:00Z,120\n"), read: 1, unchanged: 1);

        var reader = new SeriesReader(importer.Database.DataSource);
        Assert.Equal(120, await LatestAsync(Importer.Now.AddMinutes(3)));
        Assert.Equal(100, await LatestAsync(Importer.Now.AddMinutes(1)));

        async Task<double> LatestAsync(DateTimeOffset asKnownAt)
        {
            var start = new DateTimeOffset(2026, 3, 4, 10, 0, 0, TimeSpan.Zero);
            return Assert.Single(await reader.ReadAsync(SeriesDefinition.CarbonIntensity, null, start, start.AddMinutes(30), asKnownAt, false, 10, default)).Value;
        }
    }

    [Fact]
    public async Task ForecastsKeepTheTimeOfCaptureThatTheFileGives()
    {
        await using var importer = await Importer.CreateAsync();
        const string File =
            """
            captured_at,from,forecast,actual
            2026-03-03T10:00Z,2026-03-04T10:00Z,100,
            2026-03-03T16:00Z,2026-03-04T10:00Z,100,
            2026-03-04T04:00Z,2026-03-04T10:00Z,120,
            2026-03-04T04:00Z,2026-03-04T10:00Z,121,
            ,2026-03-04T10:00Z,,90
            ,2026-03-04T10:30Z,70,
            """;

        var answer = await importer.RunAsync(File);
        Importer.AssertCounts(answer, read: 6, @new: 4, rejected: 2);
        Assert.Equal([(5L, "an earlier line has the same half hour"), (7L, "captured_at is missing")], answer.Rejected.OrderBy(r => r.Line).Select(r => (r.Line, r.Reason)));
        Importer.AssertCounts(await importer.RunAsync(File), read: 6, unchanged: 4, rejected: 2);
        Importer.AssertCounts(await importer.RunAsync(File.Replace(",120,", ",125,", StringComparison.Ordinal)), read: 6, changed: 1, unchanged: 3, rejected: 2);

        Assert.Equal(
            "100.0 100.0 125.0",
            await importer.ScalarAsync<string>("SELECT string_agg(forecast_gco2_kwh::text, ' ' ORDER BY captured_at) FROM carbon_intensity_national WHERE forecast_gco2_kwh IS NOT NULL"));
    }

    [Fact]
    public async Task DemandAndSystemPriceGoToTheirTablesWithTheirSettlementPeriods()
    {
        await using var importer = await Importer.CreateAsync();

        Importer.AssertCounts(
            await importer.RunAsync("settlement_date,settlement_period,forecast,actual\n2026-06-01,1,25000,24512.25\n2026-06-01,2,,24100\n", ImportedSeries.Demand), read: 2, @new: 3);
        Importer.AssertCounts(
            await importer.RunAsync("from,to,actual\n2026-06-01T00:00Z,2026-06-01T00:30Z,-12.34567\n2026-06-01T00:30+01:00,,88\n", ImportedSeries.SystemPrice), read: 2, @new: 2);

        Assert.Equal(1L, await importer.CountAsync("demand_forecast_national", "demand_mw = 25000 AND window_start = '2026-05-31 23:00Z' AND settlement_period = 1"));
        Assert.Equal(1L, await importer.CountAsync("demand_actual_national", "demand_mw = 24512.3 AND settlement_date = '2026-06-01' AND settlement_period = 1"));
        Assert.Equal(1L, await importer.CountAsync("wholesale_prices", "price_gbp_mwh = -12.34567 AND settlement_period = 3 AND price_type = 'system'"));
        Assert.Equal(1L, await importer.CountAsync("wholesale_prices", "price_gbp_mwh = 88 AND window_start = '2026-05-31 23:30Z' AND settlement_period = 2"));
        Importer.AssertCounts(await importer.RunAsync("from,actual\n2026-05-31T23:30Z,89\n", ImportedSeries.SystemPrice), read: 1, changed: 1);
    }

    [Fact]
    public async Task AnImportedValueReplacesTheSyntheticOneAndComesAfterThatOfTheSource()
    {
        await using var importer = await Importer.CreateAsync();
        var start = HalfHour.Containing(Importer.Now);
        await importer.Regions.FillAsync(RegionalWindow.Synthetic(start, 2, await importer.Regions.ReadIndexAsync(default)), Importer.Now, default);

        await importer.RunAsync($"region_id,from,forecast\n1,{start:yyyy-MM-dd'T'HH:mm'Z'},9\n");
        Assert.Equal(0L, await importer.ScalarAsync<long>($"SELECT count(*) FROM carbon_intensity_regional WHERE source = 'synthetic' AND region_id = 1 AND window_start = '{start:O}'"));
        Assert.Equal(17L, await importer.ScalarAsync<long>($"SELECT count(*) FROM carbon_intensity_regional WHERE source = 'synthetic' AND window_start = '{start:O}'"));
        Assert.Equal(("import:history", 9.0), await LatestAsync());

        var body = $$$"""{"data":[{"from":"{{{start:yyyy-MM-dd'T'HH:mm'Z'}}}","to":"{{{start.AddMinutes(30):yyyy-MM-dd'T'HH:mm'Z'}}}","regions":[{"regionid":1,"intensity":{"forecast":11,"index":"very low"}}]}]}""";
        await new SeriesStore(importer.Database.DataSource, importer.Regions, TimeProvider.System).StoreAsync(CarbonIntensityBody.Read(body, "regional"), "carbon-intensity", Importer.Now, default);
        await importer.RunAsync($"region_id,from,forecast\n1,{start:yyyy-MM-dd'T'HH:mm'Z'},8\n");
        Assert.Equal(("carbon-intensity", 11.0), await LatestAsync());

        await importer.RunAsync($"region_id,from,actual\n1,{start:yyyy-MM-dd'T'HH:mm'Z'},7\n");
        Assert.Equal(("import:history", 7.0), await LatestAsync());

        async Task<(string, double)> LatestAsync()
        {
            var state = Assert.Single(await importer.Regions.LatestAsync(Importer.Now.AddMinutes(10), [1], default));
            var point = Assert.Single(await new SeriesReader(importer.Database.DataSource).ReadAsync(SeriesDefinition.CarbonIntensity, 1, start, start.AddMinutes(30), Importer.Now.AddHours(1), false, 10, default));
            Assert.Equal((state.Source, state.IntensityGco2Kwh), (point.Source, point.Value));
            return (point.Source, point.Value);
        }
    }

    [Fact]
    public async Task IdleStreamsHoldNoConnectionAndEndAfterAWhile()
    {
        await using var importer = await Importer.CreateAsync();
        var idle = Enumerable.Range(0, 20).Select(n => importer.Import.RunAsync(new Idle(new ImportSeriesRequest { Name = $"idle{n}", Data = Google.Protobuf.ByteString.CopyFromUtf8("from,forecast\n2026-07-01T00:00Z,5\n") }), default)).ToList();
        await importer.Time.TimersWaiting(20);

        Assert.Equal(0L, await importer.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"));

        importer.Time.Advance(TimeSpan.FromSeconds(60));
        foreach (var call in idle)
            Assert.Contains("within 60 s", (await Assert.ThrowsAsync<RefusalException>(() => call)).Message);
    }

    private static Task<long> JulyAsync(Importer importer) => importer.ScalarAsync<long>("SELECT 'carbon_intensity_regional_202607'::regclass::oid::bigint");

    private sealed class Idle(ImportSeriesRequest first) : Grpc.Core.IAsyncStreamReader<ImportSeriesRequest>
    {
        private bool _isRead;

        public ImportSeriesRequest Current => first;

        public Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            var (isFirst, never) = (!_isRead, new TaskCompletionSource<bool>());
            _isRead = true;
            return isFirst ? Task.FromResult(true) : never.Task;
        }
    }

    /// <summary>July, in which clocks do not change: 1488 half hours for each region.</summary>
    internal static string Month(int regions)
    {
        var file = new StringBuilder("region_id,from,to,forecast\n");
        var first = new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);
        for (var n = 0; n < 31 * 48; n++)
        {
            for (var region = 1; region <= regions; region++)
                file.Append($"{region},{first.AddMinutes(30 * n):yyyy-MM-dd'T'HH:mm'Z'},{first.AddMinutes(30 * (n + 1)):yyyy-MM-dd'T'HH:mm'Z'},{30 + ((n + region) % 50)}\n");
        }

        return file.ToString();
    }
}
