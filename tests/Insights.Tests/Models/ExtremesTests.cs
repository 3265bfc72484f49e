using Pylon.Insights.Entities;
using Pylon.Insights.Factors;
using Pylon.Insights.Inputs;
using Pylon.Insights.Simulation;
using Pylon.Insights.Tests.Simulation;

namespace Pylon.Insights.Tests.Models;

/// <summary>Inputs at and beyond their bounds.</summary>
public sealed class ExtremesTests
{
    private static readonly decimal[] Numbers = [0, 1e-28m, 1e-9m, 0.5m, 1, 1.5m, 10, 1e6m, 1e12m, 1e13m, decimal.MaxValue, -1];
    private static readonly string[] Boundaries = ["TTW", "WTW", "GENERATION", "GENERATION_TD", "x"];
    private static readonly string[] Kinds = [EmissionKind.Logistics, EmissionKind.Factory, EmissionKind.Warehouse, EmissionKind.Delivery, EmissionKind.Compute];

    [Fact]
    public async Task No_input_makes_a_model_or_a_scenario_fail_otherwise_than_by_a_refusal()
    {
        var random = new Random(5);
        var simulator = Simulators.New();
        var estimates = 0;
        for (var n = 0; n < 20_000; n++)
        {
            var kind = Kinds[n % Kinds.Length];
            var (one, other) = (Any(random), Any(random));
            var rate = random.Next(2) == 0 ? null : Make.Rate(0, 10_000) with { MissingShare = random.Next(3) / 2m };

            estimates += Make.Outcome(kind, one, rate: rate).IsEstimate ? 1 : 0;

            var lever = new Lever.Replace(LeverNames.Inputs, [.. FeatureNames.GivenIn(other).Select(given => KeyValuePair.Create(given.Name, given.Value))]);
            await simulator.SimulateAsync(new Scenario { ScenarioType = kind, Baseline = one, Levers = [lever, new Lever.Distance(0.1m), new Lever.Efficiency(0.1m)] }, CancellationToken.None);
            await simulator.SimulateAsync(new Scenario { ScenarioType = kind, Baseline = one, Levers = [lever] }, CancellationToken.None);
        }

        Assert.True(estimates > 100, $"{estimates} estimates");
    }

    [Fact]
    public void A_number_beyond_its_bounds_is_refused_by_name() =>
        Assert.Equal("energy_kwh", Assert.Single(Make.Refused(EmissionKind.Factory, new Features { EnergyKwh = 1e13m }).Violations).Field);

    [Fact]
    public void A_round_without_drops_has_no_share_of_a_drop() =>
        Assert.Empty(Make.Estimate(EmissionKind.Delivery, new Features { RouteLength = 5, VehicleType = "van", DeliveryCount = 0 }).Allocations);

    [Fact]
    public void A_parcel_is_not_heavier_than_its_round() =>
        Assert.Equal("parcel_kg", Assert.Single(Make.Refused(EmissionKind.Delivery, new Features { RouteLength = 5, VehicleType = "van", ParcelKg = 2, LoadKg = 1 }).Violations).Field);

    // A few features, each with any value.
    private static Features Any(Random random, bool isLeg = false)
    {
        var features = Features.None;
        foreach (var feature in FeatureNames.All)
        {
            if (random.Next(3) == 0)
                continue;
            features = feature.Set(features, feature.Type switch
            {
                FeatureType.Number => random.Next(4) == 0 ? Numbers[random.Next(Numbers.Length)] : Math.Clamp((decimal)random.Next(1, 10), feature.Min, feature.Max),
                FeatureType.Flag => random.Next(2) == 0,
                _ => feature.Name switch
                {
                    "vehicle_type" => VehicleWords.All[random.Next(VehicleWords.All.Count)],
                    "boundary" => random.Next(2) == 0 ? null : Boundaries[random.Next(Boundaries.Length)],
                    "factor_id" => random.Next(4) == 0 ? FactorBook.Shipped.All[random.Next(FactorBook.Shipped.All.Count)].Id : null,
                    "hub" => random.Next(4) == 0 ? "transhipment" : null,
                    _ => random.Next(2) == 0 ? "diesel" : null,
                },
            });
        }

        return isLeg || random.Next(4) > 0 ? features : features with { Legs = [Any(random, isLeg: true), Any(random, isLeg: true)] };
    }
}
