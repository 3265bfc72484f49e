using Pylon.Insights.Events;

namespace Pylon.Insights.Tests.Events;

public sealed class EventRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private static readonly NewEvent Logistics = new()
    {
        EventId = "e-1",
        Kind = "logistics",
        SupplierId = "SUP-001",
        Start = Now.AddHours(-1),
        DistanceKm = 120,
        LoadKg = 450,
        VehicleType = "truck_diesel",
        FuelType = "diesel",
    };

    private static readonly NewEvent Factory = Logistics with { Kind = "factory", DistanceKm = null, LoadKg = null, EnergyKwh = 12_000, ShiftHours = 8 };

    private static readonly NewEvent Warehouse = Logistics with { Kind = "warehouse", DistanceKm = null, LoadKg = null, Temperature = 4, RefrigerationLoad = 2, InventoryVolume = 100 };

    private static readonly NewEvent Delivery = Logistics with { Kind = "delivery", LoadKg = null, DistanceKm = 87, TrafficScore = 3, DeliveryCount = 74 };

    private static readonly NewEvent Compute = Logistics with { Kind = "compute", DistanceKm = null, LoadKg = null, EnergyKwh = 10 };

    public static TheoryData<string> Good => [.. Table.Where(row => row.Fault is null).Select(row => row.Name)];

    public static TheoryData<string> Bad => [.. Table.Where(row => row.Fault is not null).Select(row => row.Name)];

    private static IReadOnlyList<(string Name, NewEvent Event, string? Fault)> Table =>
    [
        ("logistics", Logistics, null),
        ("logistics, an empty lorry", Logistics with { LoadKg = 0 }, null),
        ("logistics, no distance", Logistics with { DistanceKm = null }, "distance_km must be more than 0, at most 1,000,000"),
        ("logistics, distance 0", Logistics with { DistanceKm = 0 }, "distance_km must be more than 0, at most 1,000,000"),
        ("logistics, distance below 0", Logistics with { DistanceKm = -1 }, "distance_km must be more than 0, at most 1,000,000"),
        ("logistics, distance NaN", Logistics with { DistanceKm = double.NaN }, "distance_km must be more than 0, at most 1,000,000"),
        ("logistics, distance infinite", Logistics with { DistanceKm = double.PositiveInfinity }, "distance_km must be more than 0, at most 1,000,000"),
        ("logistics, no load", Logistics with { LoadKg = null }, "load_kg must be from 0 to 1,000,000,000"),
        ("logistics, load below 0", Logistics with { LoadKg = -0.1 }, "load_kg must be from 0 to 1,000,000,000"),
        ("logistics, stops below 0", Logistics with { StopEvents = -1 }, "stop_events must be from 0 to 1,000,000"),
        ("logistics, speed below 0", Logistics with { Speed = -1 }, "speed must be from 0 to 10,000"),
        ("factory", Factory, null),
        ("factory, no energy", Factory with { EnergyKwh = null }, "energy_kwh must be more than 0, at most 1,000,000,000"),
        ("factory, energy 0", Factory with { EnergyKwh = 0 }, "energy_kwh must be more than 0, at most 1,000,000,000"),
        ("factory, shift 0", Factory with { ShiftHours = 0 }, "shift_hours must be more than 0, at most 744"),
        ("factory, furnace below 0", Factory with { FurnaceUsage = -1 }, "furnace_usage must be from 0 to 1,000,000,000,000"),
        ("warehouse, energy not known", Warehouse, null),
        ("warehouse, energy 0 is not known", Warehouse with { EnergyKwh = 0 }, null),
        ("warehouse, below absolute zero", Warehouse with { Temperature = -300 }, "temperature must be from -273.15 to 10,000"),
        ("warehouse, stock below 0", Warehouse with { InventoryVolume = -1 }, "inventory_volume must be from 0 to 1,000,000,000,000"),
        ("delivery", Delivery, null),
        ("delivery, no distance", Delivery with { DistanceKm = null }, "distance_km must be more than 0, at most 1,000,000"),
        ("delivery, traffic 0", Delivery with { TrafficScore = 0 }, "traffic_score must be from 1 to 10"),
        ("delivery, traffic 11", Delivery with { TrafficScore = 11 }, "traffic_score must be from 1 to 10"),
        ("delivery, no drop", Delivery with { DeliveryCount = 0 }, "delivery_count must be from 1 to 1,000,000"),
        ("compute", Compute, null),
        ("compute, energy 0", Compute with { EnergyKwh = 0 }, "energy_kwh must be more than 0, at most 1,000,000,000"),
        ("another kind", Logistics with { Kind = "shipping" }, "event_type must be one of logistics, factory, warehouse, delivery, compute"),
        ("no entity", Logistics with { SupplierId = null }, "supplier_id or route_id must say what the emissions are counted for"),
        ("a blank entity", Logistics with { SupplierId = "  " }, "supplier_id or route_id must say what the emissions are counted for"),
        ("a route", Logistics with { SupplierId = null, RouteId = "R-7" }, null),
        ("no id", Logistics with { EventId = "" }, "event_id must have 1 to 200 characters"),
        ("an id of 200 characters of two halves", Logistics with { EventId = string.Concat(Enumerable.Repeat("😀", 200)) }, null),
        ("an id of 201 of them", Logistics with { EventId = string.Concat(Enumerable.Repeat("😀", 201)) }, "event_id must have 1 to 200 characters"),
        ("a NUL in the id", Logistics with { EventId = "a\0b" }, "event_id must not contain control characters"),
        ("a long vehicle", Logistics with { VehicleType = new string('x', 101) }, "vehicle_type must have at most 100 characters"),
        ("another source", Logistics with { Source = "guessed" }, "source must be one of measured, reported, estimated, synthetic"),
        ("region 19", Logistics with { RegionId = 19 }, "region_id must be from 1 to 18"),
        ("emissions below 0", Logistics with { ReportedKg = -1 }, "reported_co2_kg must be from 0 to 1,000,000,000"),
        ("emissions of 0", Logistics with { ReportedKg = 0 }, null),
        ("before 1990", Logistics with { Start = new(1989, 12, 31, 0, 0, 0, TimeSpan.Zero) }, "timestamp must be from 1990 to a day from now"),
        ("in two days", Logistics with { Start = Now.AddDays(2) }, "timestamp must be from 1990 to a day from now"),
        ("end before start", Logistics with { End = Now.AddHours(-2) }, "ended_at must be from timestamp to 31 days later, and at most a day from now"),
        ("a year long", Logistics with { Start = Now.AddDays(-365), End = Now }, "ended_at must be from timestamp to 31 days later, and at most a day from now"),
    ];

    [Theory]
    [MemberData(nameof(Good))]
    public void A_good_event_has_no_faults(string name) => Assert.Empty(EventRules.Check(Of(name).Event, Now));

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_bad_event_names_the_field_and_what_is_allowed(string name) => Assert.Contains(Of(name).Fault, EventRules.Check(Of(name).Event, Now));

    [Fact]
    public void All_faults_are_told_at_once() =>
        Assert.Equal(3, EventRules.Check(Logistics with { DistanceKm = 0, LoadKg = -1, RegionId = 0 }, Now).Count);

    [Theory]
    [InlineData("logistics", "SUP", "R", "supplier", "SUP")]
    [InlineData("logistics", null, "R", "route", "R")]
    [InlineData("delivery", "", "R", "route", "R")]
    [InlineData("factory", "F", null, "factory", "F")]
    [InlineData("warehouse", null, "W", "warehouse", "W")]
    [InlineData("compute", "dc-1", null, "data_centre", "dc-1")]
    public void Emissions_are_counted_for_the_supplier_else_the_route(string kind, string? supplier, string? route, string type, string entity)
    {
        var key = EventRules.EntityOf(Logistics with { Kind = kind, SupplierId = supplier, RouteId = route });

        Assert.Equal((type, entity, kind), (key.EntityType, key.Entity, key.Kind));
    }

    [Fact]
    public void The_content_follows_from_what_is_told_and_not_from_the_id()
    {
        Assert.Equal(Logistics.Content(), (Logistics with { EventId = "other" }).Content());
        NewEvent[] others =
        [
            Logistics with { DistanceKm = 120.5 }, Logistics with { LoadKg = null }, Logistics with { Start = Logistics.Start.AddTicks(10) }, Logistics with { SupplierId = null, RouteId = "SUP-001" },
            Logistics with { VehicleType = "truck_dieseld", FuelType = "iesel" }, Logistics with { ReportedKg = 0 }, Logistics with { IsOutlier = true }, Logistics with { Source = "measured" },
        ];
        Assert.Equal(others.Length + 1, others.Append(Logistics).Select(e => e.Content()).Distinct().Count());
    }

    private static (string Name, NewEvent Event, string? Fault) Of(string name) => Table.Single(row => row.Name == name);
}
