using Pylon.Insights.Entities;
using Pylon.Insights.Inputs;

namespace Pylon.Insights.Tests.Models;

/// <summary>The worked examples of the design: the digits are the specification.</summary>
public sealed class WorkedExampleTests
{
    private static readonly Features Energy = new() { EnergyKwh = 12_000 };

    [Fact]
    public void L1_articulated_at_average_load() => Assert.Equal(385.15m, Make.Freight(10, 500, "artic_over_33t"));

    [Fact]
    public void L2_rail() => Assert.Equal(138.95m, Make.Freight(10, 500, "rail"));

    [Fact]
    public void L3_air_counts_radiative_forcing_unless_it_is_told_not_to()
    {
        Assert.Equal(10073.168m, Make.Freight(2, 5600, "air_long_haul"));
        Assert.Equal(5950.56m, Make.Freight(2, 5600, "air_long_haul", forcing: false));
    }

    [Fact]
    public void L3_both_answers_tell_the_forcing()
    {
        var features = new Features { LoadKg = 2000, DistanceKm = 5600, VehicleType = "air_long_haul" };

        Assert.Contains("Radiative forcing is counted: 1.7 times the CO2.", Make.Estimate(EmissionKind.Logistics, features).Assumptions);
        Assert.Contains("Radiative forcing is not counted.", Make.Estimate(EmissionKind.Logistics, features with { RadiativeForcing = false }).Assumptions);
    }

    [Fact]
    public void L4_container_ship() => Assert.Equal(2579.2m, Make.Freight(20, 8000, "container_ship"));

    [Fact]
    public void L5_refrigerated_articulated() => Assert.Equal(320.688m, Make.Freight(12, 300, "artic_over_33t_refrigerated"));

    [Theory]
    [InlineData("0", "99.1098")]
    [InlineData("0.25", "106.1037")]
    [InlineData("0.5", "113.0976")]
    [InlineData("0.8", "121.49028")]
    [InlineData("1", "127.0854")]
    public void L6_a_rigid_at_loads(string load, string kg) =>
        Assert.Equal(decimal.Parse(kg), Make.Estimate(EmissionKind.Logistics, new Features { DistanceKm = 180, VehicleType = "rigid_7_5_17t", LoadFraction = decimal.Parse(load) }).Co2Kg);

    [Fact]
    public void L7_a_chain_of_legs_and_a_hub()
    {
        var chain = new Features
        {
            LoadKg = 800,
            Legs =
            [
                new Features { DistanceKm = 25, VehicleType = "van", FuelType = "diesel" },
                new Features { DistanceKm = 400, VehicleType = "artic_over_33t" },
                new Features { Hub = "transhipment" },
                new Features { DistanceKm = 12, VehicleType = "van", FuelType = "diesel" },
            ],
        };

        var estimate = Make.Estimate(EmissionKind.Logistics, chain);

        Assert.Equal(43.81608m, estimate.Co2Kg);
        Assert.Equal(("TTW", 4, 0.8m * 437), (estimate.Boundary, estimate.Lines.Count, estimate.Activity));
    }

    [Fact]
    public void L8_all_HGVs_tank_to_wheel_and_well_to_wheel()
    {
        Assert.Equal(60.978m, Make.Freight(5, 120, "truck"));
        Assert.Equal(75.132m, Make.Freight(5, 120, "truck", "WTW"));
    }

    [Fact]
    public void L9_a_diesel_truck_and_an_electric_one()
    {
        var diesel = Make.Freight(0.45m, 120, "truck_diesel");
        var electric = Make.Freight(0.45m, 120, "truck_ev");

        Assert.Equal((5.48802m, 1.91181m), (diesel, Math.Round(electric, 5)));
        Assert.Equal(-65.16m, Math.Round(100 * (electric - diesel) / diesel, 2));
        Assert.Equal(0.348361m, Math.Round(electric / diesel, 6));
    }

    [Theory]
    [InlineData(87, "van", "diesel", "22.23807")]
    [InlineData(87, "van", "electric", "6.06912")]
    [InlineData(54, "van_class_2", "petrol", "11.27196")]
    public void D1_D2_D4_delivery_rounds(int km, string vehicle, string fuel, string kg) =>
        Assert.Equal(decimal.Parse(kg), Make.Estimate(EmissionKind.Delivery, new Features { RouteLength = km, VehicleType = vehicle, FuelType = fuel }).Co2Kg);

    [Fact]
    public void D3_a_drop_and_a_parcel()
    {
        var estimate = Make.Estimate(EmissionKind.Delivery, new Features { RouteLength = 87, VehicleType = "van", FuelType = "diesel", DeliveryCount = 74, ParcelKg = 5, LoadKg = 400 });

        Assert.Equal([("drop", "count", 0.30051m), ("parcel", "mass", 0.27798m)], estimate.Allocations.Select(share => (share.Of, share.By, Math.Round(share.Co2Kg, 5))));
    }

    [Theory]
    [InlineData(null, "GENERATION", "2124")]
    [InlineData("GENERATION_TD", "GENERATION_TD", "2346.36")]
    [InlineData("WTW", "WTW", "2897.16")]
    public void F1_electricity_by_boundary(string? asked, string boundary, string kg)
    {
        var estimate = Make.Estimate(EmissionKind.Factory, Energy with { Boundary = asked });

        Assert.Equal((boundary, decimal.Parse(kg)), (estimate.Boundary, estimate.Co2Kg));
    }

    [Fact]
    public void F2_electricity_and_fuels() =>
        Assert.Equal(8898.21m, Make.Estimate(EmissionKind.Factory, Energy with { GasKwh = 30_000, DieselLitres = 500 }).Co2Kg);

    [Fact]
    public void F3_generation_of_its_own()
    {
        var estimate = Make.Estimate(EmissionKind.Factory, Energy with { SelfGenerationShare = 0.4m, Boundary = "GENERATION_TD" });

        // It uses as much energy as without.
        Assert.Equal((1407.816m, 12_000m), (estimate.Co2Kg, estimate.Activity));
    }

    [Fact]
    public void F4_electricity_by_its_time()
    {
        var hours = new Features { EnergyKwh = 600 };

        Assert.Equal(54.778m, Make.Estimate(EmissionKind.Factory, hours, rate: Make.Rate(Make.SixHours)).Co2Kg);
        Assert.Equal(60.51267m, Math.Round(Make.Estimate(EmissionKind.Factory, hours with { Boundary = "GENERATION_TD" }, rate: Make.Rate(Make.SixHours)).Co2Kg, 5));
    }

    [Fact]
    public void F4_the_six_hours_are_those_of_the_published_year()
    {
        if (SharedReference.Lines("windows", "gb_2022_hourly.csv") is { } lines)
            Assert.Equal(Make.SixHours, lines.Skip(1).Take(6).Select(decimal.Parse));
    }

    [Fact]
    public void C1_compute_with_PUE() =>
        Assert.Equal(25.19788m, Make.Estimate(EmissionKind.Compute, new Features { EnergyKwh = 240, Pue = 1.15m }, rate: Make.Rate(Make.SixHours)).Co2Kg);

    [Fact]
    public void W1_a_warehouse_by_its_floor()
    {
        var estimate = Make.Estimate(EmissionKind.Warehouse, new Features { EnergyKwh = 0, FloorAreaM2 = 5000, EnergyKwhM2Year = 45, Days = 30 });

        Assert.Equal(3273.28767m, Math.Round(estimate.Co2Kg, 5));
    }

    [Fact]
    public void W2_freight_through_a_hub() =>
        Assert.Equal(252.0m, Make.Estimate(EmissionKind.Warehouse, new Features { HubTonnes = 120, Hub = "storage_transhipment" }).Co2Kg);

    [Fact]
    public void W3_a_warehouse_by_its_meter() =>
        Assert.Equal(3615.96575m, Math.Round(Make.Estimate(EmissionKind.Warehouse, new Features { EnergyKwh = 18_493.15068m, Boundary = "GENERATION_TD" }, "measured").Co2Kg, 5));

    [Fact]
    public void S1_the_first_shipment()
    {
        Assert.Equal(8.318967005184m, Shipment("pylon:shipments-road", 113.168m, 765.728m));
        Assert.Equal(6.67510m, Math.Round(Make.Freight(0.113168m, 765.728m, "artic_over_33t"), 5));
    }

    [Fact]
    public void S2_to_S4_the_shipments_of_half_a_year()
    {
        if (SharedReference.Cells("emissions", "shipments_2021_h1.csv") is not { } lines)
            return;
        var shipments = lines.Select(cells => (Kg: Number(cells[23]), Road: Number(cells[16]), Sea: Number(cells[18]))).ToList();

        Assert.Equal(2603, shipments.Count);
        Assert.Equal(1978.27071m, Sum(each => (each.Road > 0 ? Shipment("pylon:shipments-road", each.Kg, each.Road) : 0) + (each.Sea > 0 ? Shipment("pylon:shipments-sea", each.Kg, each.Sea) : 0)));
        Assert.Equal(1596.97803m, Sum(each => By(each, "artic_over_33t", "ropax_ferry")));
        Assert.Equal(2095.35960m, Sum(each => By(each, "truck", "roro_ferry")));
        // What goes by road goes by rail; what goes by sea goes as before.
        Assert.Equal(572.85388m, Sum(each => By(each, "rail", null)));

        decimal Sum(Func<(decimal Kg, decimal Road, decimal Sea), decimal> kg) => Math.Round(shipments.Sum(kg), 5);

        static decimal By((decimal Kg, decimal Road, decimal Sea) each, string road, string? sea) =>
            (each.Road > 0 ? Make.Freight(each.Kg / 1000, each.Road, road) : 0)
            + (each.Sea == 0 ? 0 : sea is null ? Shipment("pylon:shipments-sea", each.Kg, each.Sea) : Make.Freight(each.Kg / 1000, each.Sea, sea));
    }

    private static decimal Shipment(string factor, decimal kg, decimal km) =>
        Make.Estimate(EmissionKind.Logistics, new Features { LoadKg = kg, DistanceKm = km, FactorId = factor }).Co2Kg;

    private static decimal Number(string text) => decimal.Parse(text, System.Globalization.NumberStyles.Float);
}
