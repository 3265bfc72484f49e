using Pylon.Ingestion.Market;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Sources.Beckn;
using Pylon.Ingestion.Zones;

namespace Pylon.Ingestion.Tests.Market;

public sealed class MarketStoreTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 10, 17, 0, TimeSpan.Zero);

    [Fact]
    public async Task SameCatalogueAgainChangesNothingAndAChangedOneChangesItsRows()
    {
        await using var database = await IngestionDatabase.CreateAsync();

        var first = await StoreAsync(database, [Catalogues.Item("a", 80), Catalogues.Item("b", 70)], [Catalogues.Offer("o1", "a", "1"), Catalogues.Offer("o2", "b", "2")]);
        var again = await StoreAsync(database, [Catalogues.Item("a", 80), Catalogues.Item("b", 70)], [Catalogues.Offer("o1", "a", "1"), Catalogues.Offer("o2", "b", "2")]);
        var changed = await StoreAsync(database, [Catalogues.Item("a", 81), Catalogues.Item("b", 70)], [Catalogues.Offer("o1", "a", "1"), Catalogues.Offer("o2", "b", "2.5")]);

        Assert.Equal(new Stored(4, 0, 0), first);
        Assert.Equal(new Stored(0, 0, 4), again);
        Assert.Equal(new Stored(0, 2, 2), changed);
        Assert.Equal(1, await database.Database.ScalarAsync<long>("SELECT count(DISTINCT grid_zone_id) FROM ingestion.compute_windows"));
        Assert.Equal("beckn:windows.example", await database.Database.ScalarAsync<string>("SELECT source FROM ingestion.grid_zones WHERE grid_zone_code = 'XX-NORTH-1'"));
        Assert.Equal(1, await database.Database.ScalarAsync<long>("SELECT count(*) FROM ingestion.grid_snapshots WHERE renewable_mix_percent = 81"));
    }

    [Fact]
    public async Task WindowThatIsNotInTheCatalogueAnyMoreIsWithdrawnAndComesBackWithIt()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        await StoreAsync(database, [Catalogues.Item("a", 80), Catalogues.Item("b", 70)], [Catalogues.Offer("o1", "a", "1")]);

        var withdrawn = await StoreAsync(database, [Catalogues.Item("b", 70)], []);
        var open = await OpenAsync(database);
        await StoreAsync(database, [Catalogues.Item("a", 80), Catalogues.Item("b", 70)], []);

        Assert.Equal(new Stored(0, 1, 0), withdrawn);
        Assert.Equal(["b"], open);
        Assert.Equal(["a", "b"], await OpenAsync(database));
        Assert.Empty((await new MarketReader(database.DataSource).CatalogAsync(Now, 10, default)).Single(e => e.Window.ItemId == "a").Offers);
    }

    [Fact]
    public async Task CatalogIsGreenestFirstWithZonesAndOffersAndWithoutWhatIsOver()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        const string Over = """{"start":"2026-03-04T08:00:00Z","end":"2026-03-04T10:00:00Z"}""";
        await StoreAsync(
            database,
            [Catalogues.Item("a", 70), Catalogues.Item("b", 90, zone: ""), Catalogues.Item("c", 99, window: Over)],
            [Catalogues.Offer("dear", "a", "2"), Catalogues.Offer("cheap", "a", "1")]);

        var entries = await new MarketReader(database.DataSource).CatalogAsync(Now, 10, default);

        Assert.Equal(["b", "a"], entries.Select(e => e.Window.ItemId));
        Assert.Equal(["cheap", "dear"], entries[1].Offers.Select(o => o.OfferId));
        Assert.Equal("XX-NORTH-1", entries[1].GridZone.GridZoneCode);
    }

    [Fact]
    public async Task WindowsAndOffersAreListedInPages()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        await StoreAsync(database, [.. "abcde".Select(c => Catalogues.Item($"{c}", 50))], [.. "abcde".Select(c => Catalogues.Offer($"o{c}", $"{c}", "1"))]);
        var reader = new MarketReader(database.DataSource);

        var first = await reader.WindowsAsync(null, null, 2, default);
        var rest = await reader.WindowsAsync(null, new Rpc.PageToken(first[1].Window.StartTime.ToDateTimeOffset(), Guid.Parse(first[1].Id)), 9, default);
        var offers = await reader.OffersAsync(null, Guid.Empty, 9, default);
        var one = await reader.OffersAsync(Guid.Parse(first[0].Id), Guid.Empty, 9, default);

        Assert.Equal(5, first.Concat(rest).Select(w => w.ItemId).Distinct().Count());
        Assert.Equal(3, (await reader.OffersAsync(null, Guid.Parse(offers[1].Id), 9, default)).Count);
        Assert.Equal($"o{first[0].ItemId}", Assert.Single(one).OfferId);
    }

    [Theory]
    [InlineData("b", "101")]
    [InlineData("\\ud800", "70")]
    public async Task ItemThatCannotBeReadThisTimeIsNotWithdrawnAndNeitherAreItsOffers(string id, string renewable)
    {
        await using var database = await IngestionDatabase.CreateAsync();
        await StoreAsync(database, [Catalogues.Item("a", 80), Catalogues.Item("b", 70)], [Catalogues.Offer("o1", "a", "1"), Catalogues.Offer("o2", "b", "1")]);

        await StoreAsync(database, [Catalogues.Item("a", 81), Catalogues.Item(id, 70).Replace("\"renewableMix\": 70", $"\"renewableMix\": {renewable}")], [Catalogues.Offer("o1", "a", "-1")]);

        Assert.Equal(["a", "b"], await OpenAsync(database));
        Assert.Equal((2L, 1L), (
            await database.Database.ScalarAsync<long>("SELECT count(*) FROM ingestion.offers"),
            await database.Database.ScalarAsync<long>("SELECT count(*) FROM ingestion.compute_windows WHERE renewable_mix_percent = 81")));
    }

    [Fact]
    public async Task OlderCatalogueChangesAndWithdrawsNothingOfANewerOne()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        await StoreAsync(database, [Catalogues.Item("a", 80), Catalogues.Item("b", 70)], [Catalogues.Offer("o1", "a", "1")], Now.AddMinutes(1));
        await StoreAsync(database, [Catalogues.Item("b", 70)], [Catalogues.Offer("o2", "b", "1")], Now.AddMinutes(2));

        await StoreAsync(database, [Catalogues.Item("a", 99)], [Catalogues.Offer("o1", "a", "9")], Now);

        Assert.Equal(["b"], await OpenAsync(database));
        Assert.Equal(80.0, await database.Database.ScalarAsync<double>("SELECT renewable_mix_percent FROM ingestion.compute_windows WHERE item_id = 'a'"));
        Assert.Equal("o2", await database.Database.ScalarAsync<string>("SELECT offer_id FROM ingestion.offers WHERE compute_window_id = (SELECT id FROM ingestion.compute_windows WHERE item_id = 'b')"));
    }

    private static async Task<string[]> OpenAsync(IngestionDatabase database) =>
        [.. (await new MarketReader(database.DataSource).CatalogAsync(Now, 10, default)).Select(e => e.Window.ItemId).Order(StringComparer.Ordinal)];

    private static Task<Stored> StoreAsync(IngestionDatabase database, string[] items, string[] offers, DateTimeOffset? now = null)
    {
        var parsed = CatalogueBody.Read(Catalogues.OnDiscover(items, offers), "somebody");
        var store = new MarketStore(database.DataSource, new ZoneResolver(new ZoneStore(database.DataSource)));
        return store.StoreAsync(parsed.CatalogueOf!, parsed.Windows, parsed.IsCompleteCatalogue, now ?? Now, default);
    }
}
