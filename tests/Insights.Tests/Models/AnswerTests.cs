using Pylon.Insights.Entities;
using Pylon.Insights.Factors;
using Pylon.Insights.Inputs;
using Pylon.Insights.Models;

namespace Pylon.Insights.Tests.Models;

/// <summary>What an estimate says beside its number.</summary>
public sealed class AnswerTests
{
    private static readonly Features Curl = new() { DistanceKm = 120, LoadKg = 450, VehicleType = "truck_ev" };

    [Fact]
    public void Five_and_ten_per_cent_are_11_1803()
    {
        var estimate = Make.Estimate(EmissionKind.Logistics, Curl with { VehicleType = "truck" });

        Assert.Equal(11.1803m, Math.Round(100 * estimate.UncertaintyKg / estimate.Co2Kg, 4));
        Assert.Equal(estimate.Co2Kg - estimate.UncertaintyKg, estimate.LowKg);
    }

    [Fact]
    public void What_was_measured_has_the_uncertainty_of_its_factor_alone()
    {
        Assert.Equal(0.02m, Relative(EmissionKind.Factory, new Features { EnergyKwh = 100 }));
        Assert.Equal(0.1m, Relative(EmissionKind.Logistics, Curl with { VehicleType = "truck" }));
        Assert.Equal(0.4m, Relative(EmissionKind.Logistics, Curl));

        static decimal Relative(string kind, Features features)
        {
            var estimate = Make.Estimate(kind, features, "measured");
            return Math.Round(estimate.UncertaintyKg / estimate.Co2Kg, 10);
        }
    }

    [Fact]
    public void Confidence_is_that_of_the_inputs()
    {
        Assert.Equal(0.45m, Make.Estimate(EmissionKind.Logistics, Curl).Confidence);
        Assert.Equal(0.9m, Make.Estimate(EmissionKind.Logistics, Curl with { VehicleType = "truck" }).Confidence);
        Assert.Equal(1m, Make.Estimate(EmissionKind.Logistics, Curl with { VehicleType = "truck" }, "measured").Confidence);
        Assert.Equal(0.63m, Make.Estimate(EmissionKind.Logistics, Curl with { VehicleType = "van" }).Confidence);
    }

    [Fact]
    public void Confidence_is_weighted_by_the_share_of_each_line()
    {
        var chain = new Features { LoadKg = 1000, Legs = [new Features { DistanceKm = 100, VehicleType = "truck" }, new Features { DistanceKm = 300, VehicleType = "truck_ev" }] };

        var estimate = Make.Estimate(EmissionKind.Logistics, chain);

        var electric = estimate.Lines[1].Co2Kg / estimate.Co2Kg;
        Assert.Equal(Math.Round((0.9m * (1 - electric)) + (0.45m * electric), 12), Math.Round(estimate.Confidence, 12));
    }

    [Fact]
    public void Inputs_that_change_nothing_are_told_by_name()
    {
        var estimate = Make.Estimate(EmissionKind.Logistics, Curl with { AvgSpeed = 60, StopEvents = 3, Temperature = 20 });

        Assert.Equal(["avg_speed", "stop_events", "temperature"], estimate.UnusedInputs);
    }

    [Fact]
    public void Defaults_are_told_by_name()
    {
        Assert.Contains("Not given, and not used: avg_speed (50), stop_events (0).", Make.Estimate(EmissionKind.Logistics, Curl).Assumptions);
        Assert.Contains("Not given, and not used: machine_runtime_hours (8), furnace_usage (0), cooling_load (0).", Make.Estimate(EmissionKind.Factory, new Features { EnergyKwh = 1 }).Assumptions);
    }

    [Fact]
    public void A_missing_fuel_is_diesel_by_name() =>
        Assert.Contains("fuel_type is not given: diesel is taken.", Make.Estimate(EmissionKind.Delivery, new Features { RouteLength = 10, VehicleType = "van" }).Assumptions);

    [Fact]
    public void A_fuel_that_contradicts_its_vehicle_is_told_and_not_used()
    {
        var estimate = Make.Estimate(EmissionKind.Logistics, Curl with { FuelType = "diesel" });

        Assert.Contains("fuel_type diesel is not used: truck_ev says electric.", estimate.Assumptions);
        Assert.Contains("fuel_type", estimate.UnusedInputs);
    }

    [Fact]
    public void An_electric_truck_tells_its_assumption() =>
        Assert.Contains(Make.Estimate(EmissionKind.Logistics, Curl).Assumptions, sentence => sentence.Contains("0.348361", StringComparison.Ordinal) && sentence.Contains("± 40 %", StringComparison.Ordinal));

    [Fact]
    public void A_two_wheeler_is_unknown_until_it_is_configured()
    {
        var features = new Features { RouteLength = 10, VehicleType = "two_wheeler" };

        Assert.Equal("FACTOR_UNKNOWN", Make.Refused(EmissionKind.Delivery, features).Reason);

        var configured = new EmissionModels(FactorBook.Shipped, new VehicleWords(FactorBook.Shipped, 0.05m));
        Assert.Equal(0.5m, Make.Outcome(EmissionKind.Delivery, features, models: configured).Estimate!.Co2Kg);
        Assert.Equal(5m, Make.Outcome(EmissionKind.Logistics, Curl with { VehicleType = "two_wheeler", DistanceKm = 100 }, models: configured).Estimate!.Co2Kg);
    }

    [Fact]
    public void A_blank_factor_is_refused_and_not_0()
    {
        Assert.Equal("FACTOR_BLANK", Make.Refused(EmissionKind.Logistics, Curl with { FactorId = "27_304_3129_14_1" }).Reason);
        Assert.Equal("FACTOR_UNKNOWN", Make.Refused(EmissionKind.Logistics, Curl with { VehicleType = "van_class_1", FuelType = "cng" }).Reason);
    }

    [Fact]
    public void A_well_to_wheel_leg_is_never_added_to_a_tank_to_wheel_leg()
    {
        var chain = new Features
        {
            LoadKg = 1000,
            Legs = [new Features { DistanceKm = 10, VehicleType = "truck", Boundary = "WTW" }, new Features { DistanceKm = 10, VehicleType = "rail" }],
        };

        Assert.Equal("BOUNDARIES_MIXED", Make.Refused(EmissionKind.Logistics, chain).Reason);
    }

    [Theory]
    [InlineData("TTW,TTW", "TTW")]
    [InlineData("TTW,GENERATION", "TTW")]
    [InlineData("GENERATION_TD,TTW", "GENERATION_TD")]
    [InlineData("WTW,WTW", "WTW")]
    [InlineData("WTW,TTW", null)]
    [InlineData("GENERATION,WTW", null)]
    [InlineData("GENERATION,GENERATION_TD", null)]
    public void Only_what_counts_the_same_is_summed(string parts, string? sum) => Assert.Equal(sum, Boundaries.Sum(parts.Split(',')));

    [Theory]
    [InlineData("logistics", "distance_km")]
    [InlineData("factory", "energy_kwh")]
    [InlineData("warehouse", "energy_kwh")]
    [InlineData("delivery", "route_length")]
    [InlineData("compute", "energy_kwh")]
    public void What_is_needed_and_not_given_is_refused_by_name(string kind, string field) =>
        Assert.Equal(field, Assert.Single(Make.Refused(kind, Features.None).Violations).Field);

    [Fact]
    public void A_wrong_leg_is_named()
    {
        var chain = new Features { LoadKg = 1000, Legs = [new Features { DistanceKm = 10, VehicleType = "truck" }, new Features { DistanceKm = 10, VehicleType = "ox" }] };

        Assert.Equal("legs[1].vehicle_type", Assert.Single(Make.Refused(EmissionKind.Logistics, chain).Violations).Field);
    }

    [Fact]
    public void A_hub_beside_a_distance_is_added_to_it()
    {
        var estimate = Make.Estimate(EmissionKind.Logistics, Curl with { VehicleType = "truck", Hub = "transhipment" });

        Assert.Equal((5.48802m + (0.45m * 0.6m), "TTW", 54m), (estimate.Co2Kg, estimate.Boundary, estimate.Activity));
        var hub = Make.Estimate(EmissionKind.Logistics, new Features { LoadKg = 450, Hub = "transhipment" });
        Assert.Equal((0.27m, "TTW"), (hub.Co2Kg, hub.Boundary));
    }

    [Fact]
    public void A_load_needs_a_class()
    {
        Assert.Equal("load_fraction", Assert.Single(Make.Refused(EmissionKind.Logistics, Curl with { VehicleType = "truck", LoadFraction = 0.5m }).Violations).Field);
        Assert.Equal("load_fraction", Assert.Single(Make.Refused(EmissionKind.Logistics, Curl with { VehicleType = "rail", LoadFraction = 0.5m }).Violations).Field);
    }

    [Fact]
    public void A_gap_in_the_intensity_has_the_annual_factor_and_is_marked()
    {
        var rate = Make.Rate(100, 300) with { MissingShare = 0.5m, Missing = "Ingestion does not answer" };

        var estimate = Make.Estimate(EmissionKind.Factory, new Features { EnergyKwh = 100 }, "measured", rate);

        Assert.Equal(10 + (50 * 0.177m), estimate.Co2Kg);
        Assert.Equal(["ci:13", FactorIds.Electricity], estimate.Lines.Select(line => line.FactorId));
        Assert.Contains("Electricity has the annual factor for 50.00 % of the time: Ingestion does not answer.", estimate.Assumptions.Select(each => each.Replace("50 %", "50.00 %", StringComparison.Ordinal).Replace("50.0 %", "50.00 %", StringComparison.Ordinal)));
        Assert.True(estimate.Confidence < 1);
    }

    [Fact]
    public void Estimates_are_the_same_digit_for_digit()
    {
        var first = Make.Estimate(EmissionKind.Logistics, Curl);
        var second = Make.Estimate(EmissionKind.Logistics, Curl);

        Assert.Equal((first.Co2Kg, first.LowKg, first.HighKg, first.Confidence), (second.Co2Kg, second.LowKg, second.HighKg, second.Confidence));
        Assert.Equal(first.Lines, second.Lines);
    }
}
