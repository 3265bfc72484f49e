using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Tests.Series;

public sealed class SeriesLockTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 10, 17, 0, TimeSpan.Zero);

    [Fact]
    public async Task ImportsRunsAndFillsAtOnceDoNotDeadlockAlsoAtNewMonths()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var regions = new RegionalStore(database.DataSource);
        var (store, national, index) = (new SeriesStore(database.DataSource, regions, TimeProvider.System), new NationalFill(database.DataSource), await regions.ReadIndexAsync(default));

        for (var month = 0; month < 6; month++)
        {
            var first = Month.Of(Now).AddMonths(month).AddHours(-6);
            await Task.WhenAll(
                regions.FillAsync(RegionalWindow.Synthetic(first, 97, index), Now, default),
                national.FillAsync(NationalWindow.Synthetic(first, 97, index), Now, default),
                StoreAsync("import:a", first, isReverse: false),
                StoreAsync("carbon-intensity", first, isReverse: true),
                StoreAsync("neso", first, isReverse: false),
                StoreAsync("import:b", first, isReverse: true),
                national.FillAsync(NationalWindow.Synthetic(first.AddDays(1), 97, index), Now, default));
        }

        Assert.Equal(0L, await database.Database.ScalarAsync<long>(
            "SELECT count(*) FROM ingestion.carbon_intensity_national s JOIN ingestion.carbon_intensity_national r USING (window_start) WHERE s.source = 'synthetic' AND r.source <> 'synthetic'"));
        Assert.Equal(0L, await database.Database.ScalarAsync<long>("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"));

        Task StoreAsync(string source, DateTimeOffset first, bool isReverse)
        {
            var starts = Enumerable.Range(0, 97).Select(n => first + (n * HalfHour.Length));
            var values = starts.SelectMany(start => SeriesDefinition.All.SelectMany(series => series.Tables).Where(table => !table.IsMix && table.Others.Count == 0)
                .Select(table => new SeriesValue(table, start, 100) { RegionId = table.IsRegional ? 3 : null }));
            return store.StoreAsync(source, "d", isReverse ? values.Reverse() : values, [], Now, default);
        }
    }
}
