using Pylon.Common.V1;
using Pylon.Ingestion.Zones;

namespace Pylon.Ingestion.Tests.Zones;

public sealed class ZoneMatchingTests
{
    private static readonly Zone Cambridge = Row("UK-EAST-1", "Cambridge-East", "Cambridge", "East England");
    private static readonly Zone Norwich = Row("GB-R10", "East England", "Norwich", "East England");
    private static readonly Zone Leeds = Row(null, "Leeds Hub", "Leeds", "Yorkshire");

    [Fact]
    public void CodeIsFoundWhateverItsCaseAndOtherNames() =>
        Assert.Equal((Cambridge, ZoneMatch.Code), Find(new("uk-east-1", "Leeds Hub", "Leeds", "Yorkshire", null), Cambridge, Leeds));

    [Fact]
    public void NameGoesBeforeLocalityAndLocalityBeforeRegion()
    {
        Assert.Equal((Cambridge, ZoneMatch.Name), Find(new(null, "CAMBRIDGE-east", "Leeds", "Yorkshire", null), Cambridge, Leeds));
        Assert.Equal((Leeds, ZoneMatch.Locality), Find(new(null, "Nowhere", "leeds", "East England", null), Cambridge, Leeds));
        Assert.Equal((Leeds, ZoneMatch.Region), Find(new(null, null, "Nowhere", "yorkshire", null), Cambridge, Leeds));
    }

    [Fact]
    public void ZoneWithAnotherCodeIsAnotherZone() =>
        Assert.Equal((null, ZoneMatch.Unspecified), Find(new("UK-EAST-2", "Cambridge-East", "Cambridge", "East England", null), Cambridge));

    [Fact]
    public void ReferenceWithACodeMayMeanTheOneRowWithoutACode() =>
        Assert.Equal((Leeds, ZoneMatch.Locality), Find(new("UK-NORTH-7", null, "Leeds", null, null), Row("OTHER", "x", "Leeds", "Yorkshire"), Leeds));

    [Fact]
    public void SharedNameMeansNoneOfItsZonesAndTheNextNameIsTried()
    {
        Assert.Equal((null, ZoneMatch.Unspecified), Find(new(null, null, null, "East England", null), Cambridge, Norwich));
        Assert.Equal((Norwich, ZoneMatch.Locality), Find(new(null, "Same", "Norwich", null, null), Norwich, Row("A", "Same", null, null), Row("B", "same", null, null)));
    }

    [Fact]
    public void UnknownZoneIsRegisteredAsDescribedAndThenKnown()
    {
        ZoneReference reference = new("UK-NORTH-1", "Manchester", "Manchester", "North West England", "GB");

        var (answers, registrations) = ZoneMatching.Resolve([reference, reference with { Code = "uk-north-1" }], new ZoneBook([]), "beckn:bpp");

        var zone = Assert.Single(registrations);
        Assert.Equal(("UK-NORTH-1", "Manchester", "GB", "beckn:bpp"), (zone.Code, zone.Name, zone.Country, zone.Source));
        Assert.Equal([new(zone, ZoneMatch.Registered), new(zone, ZoneMatch.Code)], answers);
    }

    [Fact]
    public void WithoutARegistrarNothingIsRegistered()
    {
        var (answers, registrations) = ZoneMatching.Resolve([new("X", "x", null, null, null)], new ZoneBook([Leeds]), registerAs: null);

        Assert.Empty(registrations);
        Assert.Equal([new(null, ZoneMatch.Unspecified)], answers);
    }

    [Fact]
    public void LocalityOrRegionAloneIsNoZone() =>
        Assert.Empty(ZoneMatching.Resolve([new(null, null, "Oslo", "Østlandet", "NO")], new ZoneBook([]), "beckn:bpp").Registrations);

    [Fact]
    public void NameThatSeveralZonesShareIsNotRegisteredOnceMore() =>
        Assert.Empty(ZoneMatching.Resolve(
            [new(null, "Same", null, null, null)],
            new ZoneBook([Row("A", "Same", null, null), Row("B", "Same", null, null)]),
            "beckn:bpp").Registrations);

    [Theory]
    [InlineData("UK-East", "uk-east")]
    [InlineData("ÉCLUSE", "Écluse")]
    [InlineData("İ", "İ")]
    public void FoldingIsThatOfTheIndexes(string text, string folded) => Assert.Equal(folded, ZoneBook.Fold(text));

    private static Zone Row(string? code, string? name, string? locality, string? region) =>
        new(Guid.NewGuid(), code, name, locality, region, "GB", null, "test");

    private static (Zone? Zone, ZoneMatch Match) Find(ZoneReference reference, params Zone[] zones) => new ZoneBook(zones).Find(reference);
}
