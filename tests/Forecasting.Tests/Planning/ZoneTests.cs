using Pylon.Forecasting.Planning;
using Pylon.Forecasting.Planning.Requests;

namespace Pylon.Forecasting.Tests.Planning;

public class ZoneTests
{
    [Fact]
    public void TheBestZoneAndTheRunnersUpAreThoseOfEachZoneAlone()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var zones = Enumerable.Range(0, 5).Select(n => new PlanZone($"zone-{n}", Make.Series(Make.Values(random, 60, 6)), null, 1_000 + (random.Next(4) * 50))).OrderBy(_ => random.Next()).ToList();
            var job = Make.Job(zones, random.Next(20), 1 + random.Next(4), random.Next(20), (PlanShape)random.Next(2));

            var planned = Assert.IsType<PlanResult.Planned>(Planner.Plan(job));

            var alone = zones.Select(zone => Make.Best(job with { Zones = [zone] })).OrderBy(option => option.ExactCost).ThenBy(option => option.ZoneId, StringComparer.Ordinal).ToList();
            Assert.Equal(alone.Take(3).Select(Told), new[] { planned.Best }.Concat(planned.RunnersUp).Select(Told));
            Assert.All(alone, option => Assert.Equal(option.Steps.Sum(step => zones.Find(zone => zone.Id == option.ZoneId)!.Carbon.Values[step]) * (Int128)Pue(option), option.ExactCost));

            int Pue(PlanOption option) => zones.Find(zone => zone.Id == option.ZoneId)!.PueThousandths;
        }

        static (string, string, double) Told(PlanOption option) => (option.ZoneId, string.Join(' ', option.Steps), option.Cost);
    }

    [Fact]
    public void AnEqualCostGoesToTheSmallerId()
    {
        var series = Make.Carbon(30, 20, 20);
        var planned = Assert.IsType<PlanResult.Planned>(Planner.Plan(Make.Job([new PlanZone("b", series), new PlanZone("a", series), new PlanZone("B", series)], 0, 1, null)));

        Assert.Equal(["B", "a", "b"], new[] { planned.Best }.Concat(planned.RunnersUp).Select(option => option.ZoneId));
    }

    [Fact]
    public void TheEnergyOfTheBuildingDecides()
    {
        // 100 × 1.5 against 140 × 1.0.
        var planned = Assert.IsType<PlanResult.Planned>(Planner.Plan(Make.Job([new PlanZone("clean", Make.Carbon(100), null, 1_500), new PlanZone("frugal", Make.Carbon(140))], 0, 1, null)));

        Assert.Equal(("frugal", 140, 1), (planned.Best.ZoneId, planned.Best.CarbonGrams, planned.Best.EnergyKwh));
        Assert.Equal(("clean", 150, 1.5, 100), (planned.RunnersUp[0].ZoneId, planned.RunnersUp[0].CarbonGrams, planned.RunnersUp[0].EnergyKwh, planned.RunnersUp[0].MeanCarbon));
    }

    [Fact]
    public void ZonesThatAreNotAllowedAreLeftOut()
    {
        var job = Make.Job([new PlanZone("a", Make.Carbon(1)), new PlanZone("b", Make.Carbon(2)), new PlanZone("c", Make.Carbon(3))], 0, 1, null);

        Assert.Equal("b", Make.Best(job with { Limits = new PlanLimits { BlockedZones = ["a"] } }).ZoneId);
        Assert.Equal("c", Make.Best(job with { Limits = new PlanLimits { AllowedZones = ["c", "a"], BlockedZones = ["a"] } }).ZoneId);
        Assert.Empty(Assert.IsType<PlanResult.Planned>(Planner.Plan(job with { Limits = new PlanLimits { AllowedZones = ["c"] } })).RunnersUp);
        Assert.Equal("a", Assert.Single(Make.Infeasible(job with { Limits = new PlanLimits { AllowedZones = ["d"] } }).Relaxations).ZoneId);
    }
}
