using Pylon.Insights.Entities;
using Pylon.Insights.Inputs;
using Pylon.Insights.Simulation;
using Pylon.Insights.Tests.Intensity;
using Pylon.Insights.Tests.Models;

namespace Pylon.Insights.Tests.Simulation;

/// <summary>Scenarios whose carbon intensity comes from Ingestion.</summary>
public sealed class RegionScenarioTests
{
    private readonly FakeIngestion _ingestion = new();

    [Fact]
    public async Task Time_and_place_are_those_of_the_regions()
    {
        var scenario = Scenario(new Lever.TimeShift(TimeSpan.FromHours(3), false), new Lever.ZoneShift([new CandidateZone("", 1, 1.1m), new CandidateZone("", 3, 1)], null, false));

        var result = (await Simulators.New(_ingestion).SimulateAsync(scenario, CancellationToken.None)).Result!;

        // 22:00 has the grams of the evening; midnight has none of them.
        Assert.Equal(10 * 420m / 1000, result.Baseline.Co2Kg);
        Assert.Equal(10 * 1.1m * 100m / 1000, result.Modified.Co2Kg);
        Assert.Equal(("1", 2m), (result.Placement!.Series.Zone, result.HoursLate));
        Assert.Equal(3, _ingestion.Calls);
    }

    [Fact]
    public async Task A_batch_reads_each_region_once()
    {
        var scenarios = Enumerable.Repeat(Scenario(new Lever.TimeShift(TimeSpan.FromHours(3), false)), 200).ToList();

        var outcomes = await Simulators.New(_ingestion).SimulateAsync(scenarios, CancellationToken.None);

        Assert.Equal(1, _ingestion.Calls);
        Assert.All(outcomes, outcome => Assert.True(outcome.IsResult));
    }

    [Fact]
    public async Task Without_Ingestion_a_baseline_has_the_annual_factor_and_a_time_shift_says_why_not()
    {
        _ingestion.IsAway = true;

        var plain = await Simulators.New(_ingestion).SimulateAsync(Scenario(new Lever.Efficiency(0.1m)), CancellationToken.None);
        var shift = await Simulators.New(_ingestion).SimulateAsync(Scenario(new Lever.TimeShift(TimeSpan.FromHours(3), false)), CancellationToken.None);

        Assert.Equal(1.77m, plain.Result!.Baseline.Co2Kg);
        Assert.Contains(plain.Result.Baseline.Assumptions, sentence => sentence.Contains("Ingestion does not answer", StringComparison.Ordinal));
        Assert.Equal(Simulator.NotApplicable, shift.Refusal!.Reason);
    }

    private static Scenario Scenario(params Lever[] levers) => new()
    {
        ScenarioType = EmissionKind.Compute,
        Baseline = new Features { EnergyKwh = 10, Pue = 1 },
        Levers = levers,
        RegionId = 2,
        Start = Make.Start.AddHours(22),
        Duration = TimeSpan.FromHours(1),
    };
}
