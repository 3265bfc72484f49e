using Pylon.Orchestrator.World;

namespace Pylon.Orchestrator.Tests.World;

/// <summary>The shares and ranges of the specification. Nothing here is random: a seed gives the same world each time.</summary>
public sealed class SyntheticWorldTests
{
    private const int Many = 20_000;
    private static readonly SyntheticWorld World = new(7);
    private static readonly IReadOnlyList<SyntheticWorkload> Workloads = [.. Enumerable.Range(0, Many).Select(n => World.Workload(n))];

    [Fact]
    public void SameSeedGivesTheSameWorldAndAnotherSeedAnother()
    {
        var (same, other) = (new SyntheticWorld(7), new SyntheticWorld(8));

        Assert.Equal(World.DataCentres, same.DataCentres);
        Assert.Equal(Workloads.Take(100), Enumerable.Range(0, 100).Select(n => same.Workload(n)));
        Assert.NotEqual(World.DataCentres, other.DataCentres);
        Assert.Empty(Workloads.Select(w => w.Id).Intersect(Enumerable.Range(0, 100).Select(n => other.Workload(n).Id)));
        Assert.Equal(Many, Workloads.Select(w => w.Id).Distinct().Count());
    }

    [Fact]
    public void WorldOfASeedStaysTheSameInEveryVersion() => Assert.Equal(
        "DC-001 1 1.25 10000 0.55 | SYNTHETIC-7-0 INFERENCE_BATCH HIGH 69 1.95 239 72.41",
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{World.DataCentres[0].DcId} {World.DataCentres[0].RegionId} {World.DataCentres[0].Pue} {World.DataCentres[0].TotalCapacityTeraflops} {World.DataCentres[0].FlexibilityRating} | {Workloads[0].JobId} {Workloads[0].Type} {Workloads[0].Urgency} {Workloads[0].RequiredGpuMins} {Workloads[0].EstimatedEnergyKwh} {Workloads[0].CarbonCapGco2} {Workloads[0].MaxPriceGbp}"));

    [Fact]
    public void SixDataCentresAreWhereTheyShouldBe()
    {
        var centres = Enumerable.Range(1, 500).SelectMany(seed => new SyntheticWorld(seed).DataCentres).ToList();

        Assert.Equal(["DC-001", "DC-002", "DC-003", "DC-004", "DC-005", "DC-006"], World.DataCentres.Select(d => d.DcId));
        Assert.Equal(
            [(1, "North Scotland"), (2, "South Scotland"), (13, "London"), (7, "South Wales"), (8, "West Midlands"), (14, "South East England")],
            World.DataCentres.Select(d => ((int)d.RegionId, d.LocationRegion)));
        Assert.All(centres, d => Assert.InRange(d.Pue, d.RegionId <= 2 ? 1.1 : 1.3, d.RegionId <= 2 ? 1.4 : 1.8));
        Assert.All(centres, d => Assert.InRange(d.FlexibilityRating, 0.1, 0.9));
        Assert.Equal([1000.0, 5000, 10_000], centres.Select(d => d.TotalCapacityTeraflops).Distinct().Order());
    }

    [Theory]
    [InlineData("LOW", 25)]
    [InlineData("MEDIUM", 45)]
    [InlineData("HIGH", 20)]
    [InlineData("CRITICAL", 10)]
    public void UrgenciesHaveTheirShares(string urgency, double percent) => AssertShare(percent, w => w.Urgency == urgency);

    [Theory]
    [InlineData("TRAINING_RUN", 30, 5, 25)]
    [InlineData("INFERENCE_BATCH", 25, 1, 5)]
    [InlineData("RAG_QUERY", 20, 0.1, 1)]
    [InlineData("FINE_TUNING", 15, 2, 10)]
    [InlineData("DATA_PROCESSING", 10, 0.5, 3)]
    public void TypesHaveTheirSharesAndEnergies(string type, double percent, double least, double most)
    {
        AssertShare(percent, w => w.Type == type);
        AssertSpread(Workloads.Where(w => w.Type == type).Select(w => w.EstimatedEnergyKwh), least, most);
    }

    [Theory]
    [InlineData("HIGH", 150, 250, 50, 100, 2, 30)]
    [InlineData("MEDIUM", 80, 150, 20, 50, 6, 120)]
    [InlineData("LOW", 30, 80, 5, 20, 24, 360)]
    public void LimitsFollowFromTheUrgency(string urgency, int leastCap, int mostCap, int leastPrice, int mostPrice, int deadlineHours, int deferral)
    {
        var some = Workloads.Where(w => w.Urgency == urgency).ToList();

        AssertSpread(some.Select(w => w.CarbonCapGco2!.Value), leastCap, mostCap);
        AssertSpread(some.Select(w => w.MaxPriceGbp!.Value), leastPrice, mostPrice);
        Assert.All(some, w => Assert.Equal((TimeSpan.FromHours(deadlineHours), deferral), (w.Deadline, w.DeferralWindowMins)));
    }

    [Fact]
    public void CriticalWorkHasNoLimitsButItsDeadline() => Assert.All(
        Workloads.Where(w => w.Urgency == "CRITICAL"),
        w => Assert.Equal((null, null, TimeSpan.FromMinutes(30), 0), (w.CarbonCapGco2, w.MaxPriceGbp, w.Deadline, w.DeferralWindowMins)));

    [Fact]
    public void StressSkipsThirtyPerCentWhateverTheUrgency()
    {
        AssertShare(30, w => w.IsSkippedUnderStress);
        Assert.All(Workloads.GroupBy(w => w.Urgency), some => Assert.InRange(some.Average(w => w.IsSkippedUnderStress ? 1.0 : 0), 0.27, 0.33));
    }

    private static void AssertShare(double percent, Func<SyntheticWorkload, bool> isOne) => Assert.InRange(Workloads.Count(isOne) * 100.0 / Many, percent - 1, percent + 1);

    // Within the range, and evenly: a hundredth of the range from each end is taken, and the mean is in the middle.
    private static void AssertSpread(IEnumerable<double> values, double least, double most)
    {
        var all = values.ToList();
        var width = most - least;
        Assert.All(all, value => Assert.InRange(value, least, most));
        Assert.InRange(all.Min(), least, least + (width / 50));
        Assert.InRange(all.Max(), most - (width / 50), most);
        Assert.InRange(all.Average(), least + (width * 0.48), least + (width * 0.52));
    }
}
