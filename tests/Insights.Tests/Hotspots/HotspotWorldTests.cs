using System.Globalization;
using Pylon.Bench.Hotspots;

namespace Pylon.Insights.Tests.Hotspots;

public sealed class HotspotWorldTests
{
    [Fact]
    public void TheNoiseIsThatOfTheReference()
    {
        var factory = HotspotWorld.Entity("factory", 0, draw: 0, new double[HotspotWorld.Hours]);

        Assert.Equal([42.071588, 36.41096, 42.349661], factory.Activity.Take(3).Select(value => Math.Round(value, 6)));
        Assert.Equal([new Incident("spike", 1617, 1619), new Incident("shift", 2001, 2029), new Incident("creep", 2601, 2714)], factory.Incidents.Take(3));
    }

    [Fact]
    public void TheRulesFindIncidentsOnAFlatGridToo()
    {
        var grid = Enumerable.Repeat(200.0, HotspotWorld.Hours).ToArray();

        var quality = HotspotQuality.Measure(grid, draw: 20260101)["all"];

        Assert.True(
            quality.IsGood,
            string.Create(CultureInfo.InvariantCulture, $"precision {quality.Precision}, recall {quality.Recall}, false {quality.FalsePerMonth}, delay {quality.MedianDelay}, opened {quality.Openings}"));
    }
}
