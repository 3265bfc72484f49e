using Pylon.Insights.Entities;
using Pylon.Insights.Inputs;
using Pylon.Insights.Simulation;
using Pylon.Insights.Tests.Models;

namespace Pylon.Insights.Tests.Simulation;

/// <summary>The levers of the design: the digits are the specification.</summary>
public sealed class LeverTests
{
    private static readonly Features Freight = new() { LoadKg = 10_000, DistanceKm = 500, VehicleType = "artic_over_33t" };
    private static readonly Features Energy = new() { EnergyKwh = 12_000, Boundary = "GENERATION_TD" };

    [Fact]
    public async Task Mode_shift_from_road_to_rail()
    {
        var result = await RunAsync(EmissionKind.Logistics, Freight, new Lever.ModeShift(LeverNames.ModeShift, "rail", 1));

        Assert.Equal((385.15m, 138.95m, -246.20m), (result.Baseline.Co2Kg, result.Modified.Co2Kg, result.DeltaKg));
        Assert.Equal(-63.9231m, Math.Round(result.DeltaPercent, 4));
        Assert.Equal(40.94m, Math.Round(result.HalfWidthKg, 2));
        Assert.True(result.IsDistinguishable);
    }

    [Fact]
    public async Task Load_factor_of_a_class()
    {
        var rigid = new Features { LoadKg = 10_000, DistanceKm = 180, VehicleType = "rigid_7_5_17t", LoadFraction = 0.35m };

        var result = await RunAsync(EmissionKind.Logistics, rigid, Load(0.7m));

        Assert.Equal((654.3934m, 356.6154m, -297.7780m), (Math.Round(result.Baseline.Co2Kg, 4), Math.Round(result.Modified.Co2Kg, 4), Math.Round(result.DeltaKg, 4)));
        Assert.Equal(-45.504m, Math.Round(result.DeltaPercent, 3));

        var whole = await RunAsync(EmissionKind.Logistics, rigid with { WholeTrips = true }, Load(0.7m));
        Assert.Equal((7 * 108.90126m, 4 * 118.69272m), (whole.Baseline.Co2Kg, whole.Modified.Co2Kg));
    }

    [Fact]
    public async Task Another_fuel()
    {
        var round = new Features { RouteLength = 87, VehicleType = "van", FuelType = "diesel" };

        var result = await RunAsync(EmissionKind.Delivery, round, new Lever.Replace(LeverNames.Vehicle, [KeyValuePair.Create<string, object>("fuel_type", "electric")]));

        Assert.Equal((22.23807m, 6.06912m), (result.Baseline.Co2Kg, result.Modified.Co2Kg));
        Assert.Equal(-72.7084m, Math.Round(result.DeltaPercent, 4));
    }

    [Fact]
    public async Task Renewable_share()
    {
        var result = await RunAsync(EmissionKind.Factory, Energy, Renewable(0.4m));

        Assert.Equal((2346.36m, 1407.816m, -40m), (result.Baseline.Co2Kg, result.Modified.Co2Kg, result.DeltaPercent));
    }

    [Fact]
    public async Task Distance()
    {
        var result = await RunAsync(EmissionKind.Logistics, Freight, new Lever.Distance(0.1m));

        Assert.Equal(-10m, result.DeltaPercent);
    }

    [Fact]
    public async Task Air_to_sea()
    {
        var flight = new Features { LoadKg = 2000, DistanceKm = 5600, VehicleType = "air_long_haul" };

        var result = await RunAsync(EmissionKind.Logistics, flight, new Lever.ModeShift(LeverNames.AirToSea, "container_ship", 1));

        Assert.Equal((10073.168m, 180.544m), (result.Baseline.Co2Kg, result.Modified.Co2Kg));
        Assert.Equal(-98.2077m, Math.Round(result.DeltaPercent, 4));
    }

    [Fact]
    public async Task Efficiency()
    {
        var result = await RunAsync(EmissionKind.Factory, Energy, new Lever.Efficiency(0.25m));

        Assert.Equal(-25m, result.DeltaPercent);
    }

    [Theory]
    [InlineData(false, "45.365", "-17.1839")]
    [InlineData(true, "45.087", "-17.6914")]
    public async Task Time_shift_by_the_planner(bool isInterruptible, string kg, string percent)
    {
        if (SharedReference.Lines("windows", "gb_2022_hourly.csv") is not { } lines)
            return;
        var scenario = Compute([.. lines.Skip(1).Take(30).Select(decimal.Parse)], new Lever.TimeShift(TimeSpan.FromHours(24), isInterruptible));

        var result = await RunAsync(scenario);

        Assert.Equal((54.778m, decimal.Parse(kg)), (result.Baseline.Co2Kg, result.Modified.Co2Kg));
        Assert.Equal(decimal.Parse(percent), Math.Round(result.DeltaPercent, 4));
    }

    [Fact]
    public async Task Time_shift_tells_when_and_how_late()
    {
        var result = await RunAsync(Compute([300, 300, 300, 300, 300, 300, 100, 100, 100, 100, 100, 100], new Lever.TimeShift(TimeSpan.FromHours(6), false)));

        Assert.Equal((180m, 60m, 6m), (result.Baseline.Co2Kg, result.Modified.Co2Kg, result.HoursLate));
        Assert.Equal(Make.Start.AddHours(6), result.Placement!.Start);
    }

    [Fact]
    public async Task Time_shift_needs_a_series_without_gaps()
    {
        var hours = new decimal?[] { 300, 300, 300, 300, 300, 300, null, 100 };
        var gap = Compute([300, 300, 300, 300, 300, 300, 100, 100], new Lever.TimeShift(TimeSpan.FromHours(2), false));

        Assert.Contains("gaps", await RefusedAsync(gap with { Carbon = [gap.Carbon[0] with { Grams = hours }] }), StringComparison.Ordinal);
        Assert.Contains("no carbon intensity", await RefusedAsync(gap with { Carbon = [] }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Zone_shift_takes_the_place_with_the_least_grams_and_PUE()
    {
        var zones = new[] { Zone("home", null, 200, 200), Zone("clean", 2m, 110, 110), Zone("good", 1.1m, 150, 150) };
        var scenario = new Scenario
        {
            ScenarioType = EmissionKind.Compute,
            Baseline = new Features { EnergyKwh = 100, Pue = 1.2m },
            Levers = [new Lever.ZoneShift([], null, false)],
            Source = "measured",
            Carbon = zones,
            Duration = TimeSpan.FromHours(2),
        };

        var result = await RunAsync(scenario);

        Assert.Equal((24m, 16.5m, "good"), (result.Baseline.Co2Kg, result.Modified.Co2Kg, result.Placement!.Series.Zone));
    }

    [Fact]
    public async Task Place_and_time_are_never_worse_than_staying()
    {
        var random = new Random(11);
        for (var n = 0; n < 100; n++)
        {
            var zones = Enumerable.Range(0, 4).Select(at => Zone($"z{at}", 1 + (random.Next(100) / 100m), [.. Enumerable.Range(0, 24).Select(_ => (decimal)random.Next(0, 500))])).ToList();
            var scenario = new Scenario
            {
                ScenarioType = EmissionKind.Compute,
                Baseline = new Features { EnergyKwh = random.Next(1, 1000), Pue = 1.3m },
                Source = "measured",
                Levers = [],
                Carbon = zones,
                Duration = TimeSpan.FromHours(random.Next(1, 6)),
            };
            var slack = TimeSpan.FromHours(random.Next(0, 12));

            var stay = await RunAsync(scenario with { Levers = [new Lever.ZoneShift([], null, false)] });
            var wait = await RunAsync(scenario with { Levers = [new Lever.ZoneShift([], slack, false)] });
            var pieces = await RunAsync(scenario with { Levers = [new Lever.ZoneShift([], slack, true)] });

            Assert.True(stay.Modified.Co2Kg <= stay.Baseline.Co2Kg);
            Assert.True(wait.Modified.Co2Kg <= stay.Modified.Co2Kg);
            Assert.True(pieces.Modified.Co2Kg <= wait.Modified.Co2Kg);
        }
    }

    [Fact]
    public async Task Independent_levers_commute()
    {
        Lever[] levers = [new Lever.Efficiency(0.13m), Renewable(0.37m), new Lever.Replace(LeverNames.Inputs, [KeyValuePair.Create<string, object>("pue", 1.17m)]), new Lever.TimeShift(TimeSpan.FromHours(6), false)];
        var random = new Random(7);
        for (var n = 0; n < 50; n++)
        {
            var scenario = Compute([.. Enumerable.Range(0, 12).Select(_ => random.Next(1, 50_000) / 100m)]);
            var order = levers.ToArray();
            random.Shuffle(order);

            var one = await RunAsync(scenario with { Levers = levers });
            var other = await RunAsync(scenario with { Levers = order });

            Assert.InRange(Math.Abs(one.Modified.Co2Kg - other.Modified.Co2Kg), 0, 1e-9m);
        }
    }

    [Fact]
    public async Task Levers_compose_in_their_order()
    {
        var result = await RunAsync(EmissionKind.Factory, Energy, new Lever.Efficiency(0.5m), Renewable(0.4m));

        Assert.Equal([("efficiency", 2346.36m, 1173.18m), ("renewable_share", 1173.18m, 703.908m)], result.Levers.Select(lever => (lever.Lever, lever.BeforeKg, lever.AfterKg)));
    }

    [Fact]
    public async Task A_difference_below_its_uncertainty_is_not_distinguishable()
    {
        var result = await RunAsync(EmissionKind.Logistics, Freight, new Lever.Replace(LeverNames.Vehicle, [KeyValuePair.Create<string, object>("vehicle_type", "artic")]));

        Assert.NotEqual(0, result.DeltaKg);
        Assert.False(result.IsDistinguishable);
    }

    [Fact]
    public async Task What_cannot_be_applied_says_why()
    {
        Assert.Contains("a mix of a fleet", await RefusedAsync(Of(EmissionKind.Logistics, Freight with { VehicleType = "truck" }, Load(0.7m))), StringComparison.Ordinal);
        Assert.Contains("empty in the published file", await RefusedAsync(Of(EmissionKind.Logistics, Freight, new Lever.Replace(LeverNames.Vehicle, [KeyValuePair.Create<string, object>("factor_id", "27_304_3129_14_1")]))), StringComparison.Ordinal);
        Assert.Contains("does not go by air", await RefusedAsync(Of(EmissionKind.Logistics, Freight, new Lever.ModeShift(LeverNames.AirToSea, "container_ship", 1))), StringComparison.Ordinal);
        Assert.Contains("no distance", await RefusedAsync(Of(EmissionKind.Factory, Energy, new Lever.Distance(0.1m))), StringComparison.Ordinal);
        Assert.Contains("no energy", await RefusedAsync(Of(EmissionKind.Logistics, Freight, new Lever.Efficiency(0.1m))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_baseline_is_not_the_levers_fault()
    {
        var outcome = await Simulators.New().SimulateAsync(Of(EmissionKind.Logistics, Features.None, Load(0.7m)), CancellationToken.None);

        Assert.Equal("FIELD_INVALID", outcome.Refusal!.Reason);
    }

    [Fact]
    public void The_best_of_several_goals_are_those_that_no_other_one_beats() =>
        Assert.Equal([true, true, false, false, true], Pareto.Find([(10, 5, 0), (8, 9, 0), (11, 5, 0), null, (8, 9, 0)]));

    private static Lever Load(decimal to) => new Lever.Replace(LeverNames.LoadFactor, [KeyValuePair.Create<string, object>("load_fraction", to)]);

    private static Lever Renewable(decimal to) => new Lever.Replace(LeverNames.RenewableShare, [KeyValuePair.Create<string, object>("self_generation_share", to)]);

    private static ZoneSeries Zone(string name, decimal? pue, params decimal[] hours) => new(name, Make.Start, TimeSpan.FromHours(1), [.. hours.Select(hour => (decimal?)hour)], pue);

    // 100 kW for six hours.
    private static Scenario Compute(decimal[] hours, params Lever[] levers) => new()
    {
        ScenarioType = EmissionKind.Compute,
        Baseline = new Features { EnergyKwh = 600, Pue = 1 },
        Levers = levers,
        Source = "measured",
        Carbon = [Zone("gb", null, hours)],
        Duration = TimeSpan.FromHours(6),
    };

    private static Scenario Of(string kind, Features baseline, params Lever[] levers) => new() { ScenarioType = kind, Baseline = baseline, Levers = levers };

    private static Task<SimulationResult> RunAsync(string kind, Features baseline, params Lever[] levers) => RunAsync(Of(kind, baseline, levers));

    private static async Task<SimulationResult> RunAsync(Scenario scenario)
    {
        var outcome = await Simulators.New().SimulateAsync(scenario, CancellationToken.None);
        Assert.True(outcome.IsResult, outcome.Refusal?.Message);
        return outcome.Result;
    }

    private static async Task<string> RefusedAsync(Scenario scenario)
    {
        var outcome = await Simulators.New().SimulateAsync(scenario, CancellationToken.None);
        Assert.Equal(Simulator.NotApplicable, outcome.Refusal?.Reason);
        return outcome.Refusal!.Message;
    }
}
