using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Contexts;
using Pylon.Orchestrator.Stress;

namespace Pylon.Orchestrator.Tests.Rules;

public sealed class ContextBuilderTests
{
    [Fact]
    public void IntensityOfADataCentreIsThatOfItsRegionWithSourceAndAge()
    {
        var centre = Contexts.Build(null, null, Contexts.Edinburgh).DataCentres[0];
        Assert.Equal((45d, "carbon-intensity", 720d), (centre.CurrentCarbonIntensity, centre.CarbonIntensitySource, centre.CarbonIntensityAgeSeconds));
        Assert.Equal(new RegionInfo("South Scotland", "Scotland", 2), centre.RegionInfo);
    }

    [Fact]
    public void RegionIsFoundByItsNameWhenItHasNoId() =>
        Assert.Equal(45d, Contexts.Build(null, null, Contexts.Edinburgh with { RegionId = null, LocationRegion = "south scotland" }).DataCentres[0].CurrentCarbonIntensity);

    [Fact]
    public void DataCentreOfNoRegionHasNoIntensity() =>
        Assert.Null(Contexts.Build(null, null, Contexts.Edinburgh with { RegionId = null, LocationRegion = "Atlantis" }).DataCentres[0].CurrentCarbonIntensity);

    [Fact]
    public void ZeroIsTheLowestAndNotTheWorst()
    {
        var context = Contexts.Build(null, Contexts.Grid((1, 0), (2, 45)), Contexts.Edinburgh, Contexts.Edinburgh with { DcId = "DC-002", Name = "Zero", RegionId = 1 });
        Assert.Equal((0d, 0d, "DC-002"), (context.Summary.LowestCarbonRegion!.CarbonIntensity, context.Summary.LowestCarbonDc!.CarbonIntensity, context.Summary.LowestCarbonDc.DcId));
    }

    [Fact]
    public void CountryIsNoLowestRegion() => Assert.Equal("South Scotland", Contexts.Build().Summary.LowestCarbonRegion!.Name);

    [Theory]
    [InlineData(20_000, 0)]
    [InlineData(15_000, 0)]
    [InlineData(32_500, 0.5)]
    [InlineData(45_000, 1)]
    [InlineData(48_000, 1)]
    public void StressIsClamped(double demand, double stress) => Assert.Equal(stress, new GridStress(20_000, 45_000).Of(demand));

    [Fact]
    public void ForecastHasAtMostTenHalfHoursAndTheStressThatIsKnown()
    {
        var forecast = Contexts.Build().GridSignals.Forecast;
        Assert.Equal(10, forecast.Count);
        Assert.Equal([.5, .5, .5, .5, null, null, null, null, null, null], forecast.Select(f => f.GridStressScore));
        Assert.Equal((100d, true), (forecast[0].CarbonIntensityForecast, forecast[0].IsForecast));
    }

    [Fact]
    public void WhatNoSourceGivesIsNull()
    {
        var context = Contexts.Build(null, new GridReading(Contexts.Now, new NationalGrid(), [], [], []), Contexts.Edinburgh);
        Assert.Equal(new ContextSummary { AvailableDcCount = 1, LeftOutDcCount = 0 }, context.Summary);
        Assert.Contains("\"lowest_carbon_region\":null", context.ToJson(), StringComparison.Ordinal);
    }
}
