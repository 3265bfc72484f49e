using Pylon.Ingestion.Sources.Beckn;
using Pylon.Ingestion.Tests.Sources;

namespace Pylon.Ingestion.Tests.Market;

public sealed class CatalogueTests
{
    [Fact]
    public void EveryItemAndOfferIsReadOrRejectedWithItsReason()
    {
        var parsed = CatalogueBody.Read(
            Catalogues.OnDiscover(
                [
                    Catalogues.Item("a", 80), Catalogues.Item("a", 80), Catalogues.Item("b", 101), Catalogues.Item("c", 50, window: "{}"),
                    Catalogues.Item("d", 50, intensity: "2856"), "\"no item\"",
                ],
                [Catalogues.Offer("o1", "a", "0.12"), Catalogues.Offer("o2", "a", "null"), Catalogues.Offer("o3", "d", "1")]),
            "somebody");

        Assert.Null(parsed.Problem);
        Assert.Equal("windows.example", parsed.CatalogueOf);
        var window = Assert.Single(parsed.Windows);
        Assert.Equal(("a", 80, 12.5, 5.0), (window.ItemId, window.RenewablePercent, window.IntensityGco2Kwh, window.CapacityMw));
        Assert.Equal(("o1", 0.12m, "GBP", "per_kWh"), (window.Offers[0].OfferId, window.Offers[0].Price, window.Offers[0].Currency, window.Offers[0].Unit));
        Assert.Equal(parsed.RowsRead, parsed.RowsAccepted + parsed.Rejected.Count);
        Assert.Equal(
            [
                "beckn:id is missing", "beckn:price is missing or less than 0", "beckn:timeWindow is not a span of time", "carbonIntensity is more than 1000",
                "renewableMix is not a number from 0 to 100", "the same as an earlier row of the body",
            ],
            parsed.Rejected.Select(r => r.Reason).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("0.088, \"carbonIntensityUnit\": \"kgCO2/kWh\"", 88.0)]
    [InlineData("0.088, \"carbonIntensityUnit\": \"kg CO₂-eq per kWh\"", 88.0)]
    [InlineData("0.088, \"carbonIntensityUnit\": \"tCO2e/MWh\"", 88.0)]
    [InlineData("88, \"carbonIntensityUnit\": \"gCO2/kWh\"", 88.0)]
    [InlineData("88, \"carbonIntensityUnit\": null", 88.0)]
    [InlineData("{ \"value\": 0.088, \"unit\": \"kgCO2/kWh\" }", 88.0)]
    [InlineData("0.088, \"carbonIntensityUnit\": \"buckets/kWh\"", null)]
    [InlineData("0.088, \"carbonIntensityUnit\": 7", null)]
    public void UnitBesideTheIntensityIsConvertedAndAnUnknownOneMeansNotGiven(string intensity, double? grams) =>
        Assert.Equal(grams, Assert.Single(CatalogueBody.Read(Catalogues.OnDiscover([Catalogues.Item("a", 80, intensity: intensity)], []), "somebody").Windows).IntensityGco2Kwh);

    [Theory]
    [InlineData("\"renewableMix\": 0.8, \"renewableMixUnit\": \"fraction\"", "\"availableCapacity\": 5000, \"capacityUnit\": \"kW\"", 80.0, 5.0)]
    [InlineData("\"renewableMix\": 80, \"renewableMixUnit\": \"percent\"", "\"availableCapacity\": 5, \"capacityUnit\": \"racks\"", 80.0, null)]
    public void UnitsOfTheMixAndTheCapacityAreReadToo(string mix, string capacity, double percent, double? megawatts)
    {
        var item = Catalogues.Item("a", 80).Replace("\"renewableMix\": 80", mix).Replace("\"availableCapacity\": 5", capacity);

        var window = Assert.Single(CatalogueBody.Read(Catalogues.OnDiscover([item], []), "somebody").Windows);

        Assert.Equal((percent, megawatts), (window.RenewablePercent, window.CapacityMw));
    }

    [Theory]
    [InlineData("nonsense", "not JSON")]
    [InlineData("""{"context":{},"message":{}}""", "no catalogs")]
    [InlineData("""{"context":{},"error":{"code":"30001","message":"closed"}}""", "30001: closed")]
    public void AnswerWithoutACatalogueIsAProblemAndNotAnEmptyCatalogue(string body, string problem)
    {
        var parsed = CatalogueBody.Read(body, "somebody");

        Assert.Contains(problem, parsed.Problem);
        Assert.Null(parsed.CatalogueOf);
    }

    [Theory]
    [InlineData("on_discover-response-1.json", 2)]
    [InlineData("on_discover-response-2.json", 3)]
    [InlineData("on_discover-response-3.json", 3)]
    public void PublishedExampleIsReadWithoutLoss(string file, int windows)
    {
        if (RecordedBodies.BecknExample($"compute-energy/examples/1.discover/{file}") is not { } body)
            return;

        var parsed = CatalogueBody.Read(body, "somebody");

        Assert.Empty(parsed.Rejected);
        Assert.Equal(windows, parsed.Windows.Count);
        Assert.All(parsed.Windows, w => Assert.NotEmpty(w.Offers));
        Assert.Equal(parsed.RowsRead, parsed.RowsAccepted);
    }
}
