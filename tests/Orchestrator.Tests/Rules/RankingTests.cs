using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Pylon.Beckn;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Recommendations;
using Pylon.Orchestrator.Workloads;
using Option = Pylon.Orchestrator.Workloads.Option;

namespace Pylon.Orchestrator.Tests.Rules;

public sealed class RankingTests
{
    [Fact]
    public void PublishedExamplesScoreAsExpected()
    {
        if (ReferenceExamples() is not { } folder)
            return;
        var best = Directory.GetFiles(folder, "on_discover-response*.json").Order()
            .SelectMany(file => Catalogue.Read(LenientJson.Parse(File.ReadAllBytes(file))))
            .OrderByDescending(i => Ranking.Score(i.RenewableMixPercent, i.CarbonIntensity))
            .DistinctBy(i => i.GridZone)
            .Take(3)
            .Select(i => $"{i.Locality} {Ranking.Score(i.RenewableMixPercent, i.CarbonIntensity):0.0}");
        Assert.Equal(["Oslo 95.0", "Stockholm 90.5", "Copenhagen 81.5"], best);
    }

    // The examples have a licence of their own and are not part of the repository; they are looked for beside it.
    private static string? ReferenceExamples()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var examples = Path.Combine(folder.FullName, "shared/reference/beckn/examples/compute-energy/examples/1.discover");
            if (Directory.Exists(examples))
                return examples;
        }

        return null;
    }

    private static readonly DateTimeOffset Now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(80, 120, 68)]
    [InlineData(100, 0, 100)]
    [InlineData(0, 1000, -100)]
    public void ScoreIsTheMixLessATenthOfTheCarbon(double mix, double carbon, double score) =>
        Assert.Equal(score, Ranking.Score(mix, carbon), 9);

    [Theory]
    [InlineData(54.9, 500.0, "4.9")]
    [InlineData(18.3, 134.0, "4.9")]
    [InlineData(70.1, 3.0, "69.8")]
    [InlineData(0.3, 2.0, "0.1")]
    [InlineData(33.3, null, "-66.7")]
    [InlineData(50.0, 1e300, "-1E+299")]
    public void ScoreHasNoDecimalsThatItsPartsDoNotHave(double mix, double? carbon, string score) =>
        Assert.Equal(score, Ranking.Score(mix, carbon).ToString(System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void BestScoreRanksFirst()
    {
        var options = Rank(Item("a", 60, 100), Item("b", 90, 50), Item("c", 80, 20));
        Assert.Equal(["b", "c", "a"], Ids(options));
        Assert.Equal([1, 2, 3], options.Select(o => o.Recommendation.Rank));
        Assert.Equal([85, 78, 50], options.Select(o => o.Recommendation.Score));
    }

    [Theory]
    [InlineData(80, 120.0)]
    [InlineData(30, 500.0)]
    [InlineData(0, 1200.0)]
    public void ItemWithoutCarbonIntensityRanksBehindThoseWithOne(double mix, double carbon)
    {
        var options = Rank(Item("silent", 100, null), Item("known", mix, carbon));
        Assert.Equal(["known", "silent"], Ids(options));
        Assert.False(options[1].Recommendation.HasCarbonIntensityGco2Kwh);
    }

    [Fact]
    public void TieGoesToTheLessCarbonThenThePriceThenTheZoneThenTheItem()
    {
        Assert.Equal(["b", "a"], Ids(Rank(Item("a", 60, 100), Item("b", 55, 50))));
        Assert.Equal(["b", "c", "a"], Ids(Rank(Item("a", 60, 100), Item("b", 60, 100, price: 1), Item("c", 60, 100, price: 2))));
        Assert.Equal(["b", "a"], Ids(Rank(Item("a", 60, 100, zone: "Z2"), Item("b", 60, 100, zone: "Z1"))));
        Assert.Equal(["a"], Ids(Rank(Item("b", 60, 100, zone: "Z"), Item("a", 60, 100, zone: "Z"))));
    }

    [Fact]
    public void OrderDoesNotDependOnTheInput()
    {
        // Scores, carbon and prices of few values each, so that ties are many.
        var dice = new Random(7);
        var items = Enumerable.Range(0, 40)
            .Select(i => Item($"i{i:00}", 50 + 10 * dice.Next(3), dice.Next(4) == 0 ? null : 100.0 * dice.Next(3), $"Z{dice.Next(12):00}", dice.Next(2)))
            .ToArray();
        var expected = Ids(Rank(items)).ToList();
        for (var round = 0; round < 50; round++)
        {
            dice.Shuffle(items);
            Assert.Equal(expected, Ids(Rank(items)));
        }
    }

    [Fact]
    public void ZoneIsOfferedOnceWithItsBestItem() =>
        Assert.Equal(["a2", "b1", "c1"], Ids(Rank(Item("a1", 80, 50, "A"), Item("a2", 90, 50, "A"), Item("b1", 70, 50, "B"), Item("a3", 75, 50, "A"), Item("c1", 60, 50, "C"))));

    [Fact]
    public void ItemsOfUnknownZonesAreLeftOut()
    {
        CatalogueItem[] items = [Item("a", 90, 50), Item("b", 80, 50)];
        Assert.Equal(["b"], Ids(Ranking.FromCatalogue(items, [new ResolvedGridZone(), Resolve(items[1])], Now)));
    }

    [Fact]
    public void NoMoreThanThreeAreOffered() =>
        Assert.Equal(3, Rank([.. Enumerable.Range(0, 9).Select(i => Item($"i{i}", 50 + i, 50))]).Count);

    [Fact]
    public void RecommendationSaysWhatTheCatalogueSays()
    {
        var item = Item("a", 80, 120) with
        {
            GridArea = "Cambridge-East",
            Locality = "Cambridge",
            AvailableCapacityMw = 5,
            Price = new Price { Value = 0.1, Currency = "GBP", Unit = "per_kWh" },
            Window = Window(-4, -1),
        };
        var option = Assert.Single(Ranking.FromCatalogue([item], [Resolve(item, ZoneMatch.Locality)], Now));
        var r = option.Recommendation;
        Assert.Equal(("Cambridge-East", "Cambridge", "the region of the zone"), (r.ZoneName, r.Locality, r.Region));
        Assert.Equal((80, 120, 5, 68), (r.RenewableMixPercent, r.CarbonIntensityGco2Kwh, r.AvailableCapacityMw, r.Score));
        Assert.Equal((RecommendationSource.Beckn, ZoneMatch.Locality, false, true), (r.Source, r.ZoneMatch, r.Synthetic, r.WindowExpired));
        Assert.Equal(("bpp.example", "https://bpp.example"), (option.Offer!.BppId, option.Offer.BppUri));
    }

    [Fact]
    public void MissingOptionsAreFilledFromTheGridUpToThree()
    {
        var item = Item("a", 80, 120);
        var resolved = new[] { Resolve(item) };
        var options = Ranking.Fill(Ranking.FromCatalogue([item], resolved, Now), resolved, [.. Enumerable.Range(1, 14).Select(i => Region(i, 40 + i))], Now);
        Assert.Equal([1, 2, 3], options.Select(o => o.Recommendation.Rank));
        Assert.Equal(["ZONE-a", "GB-R14", "GB-R13"], options.Select(o => o.Recommendation.GridZoneCode));
        Assert.All(options.Skip(1), o =>
        {
            Assert.Null(o.Offer);
            Assert.Equal((RecommendationSource.Grid, true), (o.Recommendation.Source, o.Recommendation.Synthetic));
        });
    }

    [Fact]
    public void RegionOfAnOfferedZoneIsNotOfferedAgain()
    {
        var item = Item("a", 80, 120);
        var inRegion14 = Resolve(item);
        inRegion14.Zone.RegionId = 14;
        var same = Region(13, 99);
        same.GridZone.Id = inRegion14.Zone.Id;
        var options = Ranking.Fill(
            Ranking.FromCatalogue([item], [inRegion14], Now), [inRegion14], [Region(14, 98), same, Region(1, 50), Region(2, 40), Region(3, 30)], Now);
        Assert.Equal(["ZONE-a", "GB-R01", "GB-R02"], options.Select(o => o.Recommendation.GridZoneCode));
    }

    [Fact]
    public void EmptyCatalogueIsFilledWithDistinctRegions()
    {
        var nowhere = Region(15, 100);
        nowhere.GridZone = null;
        var options = Ranking.Fill([], [], [Region(1, 90), Region(1, 90), nowhere, Region(2, 90), Region(3, 10)], Now);
        Assert.Equal(["GB-R01", "GB-R02", "GB-R03"], options.Select(o => o.Recommendation.GridZoneCode));
    }

    [Fact]
    public void FewerThanThreePlacesAreNotMadeMore() => Assert.Equal(2, Ranking.Fill([], [], [Region(1, 90), Region(2, 80)], Now).Count);

    [Fact]
    public async Task WindowThatIsOverIsOfferedOnlyWhenNothingElseIsKnown()
    {
        CatalogueItem[] items = [Item("over", 99, 1) with { Window = Window(-4, -1) }, Item("live", 40, 300) with { Window = Window(1, 2) }, Item("open", 30, 300)];
        Assert.Equal(["ZONE-live", "ZONE-open", "GB-R01"], Codes(Choose(items, Region(1, 5))));
        Assert.Equal(["ZONE-live", "ZONE-open", "ZONE-over"], Codes(Choose(items)));
        var only = Choose([items[0]], Region(1, 5), Region(2, 4));
        Assert.Equal(["GB-R01", "GB-R02", "ZONE-over"], Codes(only));
        Assert.Equal([1, 2, 3], only.Select(o => o.Recommendation.Rank));
        Assert.Equal((true, "its window is over, and too few others are known"), (only[2].Recommendation.WindowExpired, only[2].Recommendation.Note));
    }

    [Fact]
    public async Task LiveItemOfAZoneComesBeforeTheBetterOneThatIsOver() =>
        Assert.Equal("live", (Choose(
            [Item("over", 99, 1, "Z") with { Window = Window(-4, -1) }, Item("live", 40, 300, "Z") with { Window = Window(1, 2) }], Region(1, 5), Region(2, 5)))[0].Recommendation.ItemId);

    [Fact]
    public async Task RegionThatIsOverComesAfterOneThatIsNot()
    {
        var over = Region(1, 90);
        over.Window = Window(-2, -1);
        Assert.Equal(["GB-R02", "GB-R03", "GB-R01"], Codes(Choose([], over, Region(2, 50), Region(3, 40))));
    }

    [Theory]
    [InlineData("North Scotland", "Inverness", "Highland", "GB", false)]
    [InlineData("north scotland", "", "", "", false)]
    [InlineData("", "INVERNESS", "", "GB", false)]
    [InlineData("Moray Firth", "Nairn", "North Scotland", "GB", false)]
    [InlineData("Inverness Springs", "Inverness", "Florida", "US", true)]
    [InlineData("Moray Firth", "Nairn", "Highland", "GB", true)]
    public async Task PlaceIsNotOfferedAgainUnderAnotherCode(string area, string locality, string region, string country, bool distinct)
    {
        var item = Item("scot", 96, 18) with { GridArea = area, Locality = locality, Region = region, Country = country };
        var north = Region(1, 99);
        (north.GridZone.ZoneName, north.GridZone.Locality, north.GridZone.Region, north.GridZone.Country) = ("North Scotland", "Inverness", "North Scotland", "GB");
        var options = Choose([item], north, Region(2, 40), Region(3, 30));
        Assert.Equal(distinct ? ["ZONE-scot", "GB-R01", "GB-R02"] : ["ZONE-scot", "GB-R02", "GB-R03"], Codes(options));
    }

    [Fact]
    public async Task TwoCodesForOneNamedPlaceAreOnePlace()
    {
        CatalogueItem[] items = [Item("a", 90, 10), Item("b", 80, 10), Item("c", 70, 10), Item("d", 60, 10)];
        items[0] = items[0] with { GridArea = "Harbour", Locality = "Port" };
        items[1] = items[1] with { GridArea = "harbour", Locality = "PORT" };
        Assert.Equal(["a", "c", "d"], Ids(Choose(items)));
    }

    [Fact]
    public async Task FilledRowWithAScoreAboveTheFirstSaysWhy()
    {
        var options = Choose([Item("a", 40, 300)], Region(1, 95), Region(2, 5));
        Assert.Equal(["", "no provider offers it, so it ranks behind what one does", ""], options.Select(o => o.Recommendation.Note));
    }

    private static IReadOnlyList<Option> Choose(CatalogueItem[] items, params RegionalGrid[] regions) =>
        Ranking.Choose(items, [.. items.Select(i => Resolve(i))], regions, Now);

    private static IEnumerable<string> Codes(IEnumerable<Option> options) => options.Select(o => o.Recommendation.GridZoneCode);

    internal static CatalogueItem Item(string id, double mix, double? carbon, string? zone = null, double? price = null) => new()
    {
        ItemId = id,
        ProviderId = "provider",
        BppId = "bpp.example",
        BppUri = "https://bpp.example",
        GridZone = zone ?? $"ZONE-{id}",
        RenewableMixPercent = mix,
        CarbonIntensity = carbon,
        Price = price is { } value ? new Price { Value = value, Currency = "GBP" } : null,
        Offers = [JsonDocument.Parse("{}").RootElement.Clone()],
    };

    internal static Window Window(int fromHours, int toHours) =>
        new() { StartTime = Now.AddHours(fromHours).ToTimestamp(), EndTime = Now.AddHours(toHours).ToTimestamp() };

    internal static RegionalGrid Region(int id, double mix) => new()
    {
        RegionId = id,
        RenewableMixPercent = mix,
        CarbonIntensityGco2Kwh = 100,
        Synthetic = true,
        Window = Window(0, 1),
        GridZone = new GridZone { Id = $"region {id}", GridZoneCode = $"GB-R{id:00}", RegionId = id },
    };

    private static ResolvedGridZone Resolve(CatalogueItem item, ZoneMatch match = ZoneMatch.Code) => new()
    {
        Zone = new GridZone { Id = $"zone {item.GridZone}", GridZoneCode = "another code", Region = "the region of the zone" },
        Match = match,
    };

    private static IReadOnlyList<Option> Rank(params CatalogueItem[] items) => Ranking.FromCatalogue(items, [.. items.Select(i => Resolve(i))], Now);

    private static IEnumerable<string> Ids(IEnumerable<Option> options) => options.Select(o => o.Recommendation.ItemId);
}
