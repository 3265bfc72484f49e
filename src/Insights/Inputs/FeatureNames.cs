using System.Collections.Frozen;

namespace Pylon.Insights.Inputs;

/// <summary>All features by their names on the wire.</summary>
internal static class FeatureNames
{
    public const string Legs = "legs";
    public const int MaxLegs = 50;
    public const int MaxText = 100;

    /// <summary>Far above what a company uses in a year, far below where the products of decimals end.</summary>
    public const decimal Most = 1_000_000_000_000;

    /// <summary>In a fixed order.</summary>
    public static IReadOnlyList<Feature> All { get; } =
    [
        Number("distance_km", f => f.DistanceKm, (f, v) => f with { DistanceKm = v }),
        Number("load_kg", f => f.LoadKg, (f, v) => f with { LoadKg = v }),
        Text("vehicle_type", f => f.VehicleType, (f, v) => f with { VehicleType = v }),
        Text("fuel_type", f => f.FuelType, (f, v) => f with { FuelType = v }),
        Number("avg_speed", f => f.AvgSpeed, (f, v) => f with { AvgSpeed = v }),
        Number("stop_events", f => f.StopEvents, (f, v) => f with { StopEvents = v }),
        Number("energy_kwh", f => f.EnergyKwh, (f, v) => f with { EnergyKwh = v }),
        Number("shift_hours", f => f.ShiftHours, (f, v) => f with { ShiftHours = v }, max: 8784),
        Number("machine_runtime_hours", f => f.MachineRuntimeHours, (f, v) => f with { MachineRuntimeHours = v }),
        Number("furnace_usage", f => f.FurnaceUsage, (f, v) => f with { FurnaceUsage = v }),
        Number("cooling_load", f => f.CoolingLoad, (f, v) => f with { CoolingLoad = v }),
        Number("temperature", f => f.Temperature, (f, v) => f with { Temperature = v }, -273.15m, 10_000),
        Number("refrigeration_load", f => f.RefrigerationLoad, (f, v) => f with { RefrigerationLoad = v }),
        Number("inventory_volume", f => f.InventoryVolume, (f, v) => f with { InventoryVolume = v }),
        Number("route_length", f => f.RouteLength, (f, v) => f with { RouteLength = v }),
        Number("traffic_score", f => f.TrafficScore, (f, v) => f with { TrafficScore = v }, 1, 10),
        Number("delivery_count", f => f.DeliveryCount, (f, v) => f with { DeliveryCount = v }),
        Number("load_fraction", f => f.LoadFraction, (f, v) => f with { LoadFraction = v }, 0, 1),
        Flag("whole_trips", f => f.WholeTrips, (f, v) => f with { WholeTrips = v }),
        Text("factor_id", f => f.FactorId, (f, v) => f with { FactorId = v }),
        Text("boundary", f => f.Boundary, (f, v) => f with { Boundary = v }),
        Flag("radiative_forcing", f => f.RadiativeForcing, (f, v) => f with { RadiativeForcing = v }),
        Number("self_generation_share", f => f.SelfGenerationShare, (f, v) => f with { SelfGenerationShare = v }, 0, 1),
        Number("pue", f => f.Pue, (f, v) => f with { Pue = v }, 1, 10),
        Number("gas_kwh", f => f.GasKwh, (f, v) => f with { GasKwh = v }),
        Number("diesel_litres", f => f.DieselLitres, (f, v) => f with { DieselLitres = v }),
        Number("petrol_litres", f => f.PetrolLitres, (f, v) => f with { PetrolLitres = v }),
        Number("floor_area_m2", f => f.FloorAreaM2, (f, v) => f with { FloorAreaM2 = v }),
        Number("energy_kwh_m2_year", f => f.EnergyKwhM2Year, (f, v) => f with { EnergyKwhM2Year = v }),
        Number("days", f => f.Days, (f, v) => f with { Days = v }, 0, 36_600),
        Text("hub", f => f.Hub, (f, v) => f with { Hub = v }),
        Number("hub_tonnes", f => f.HubTonnes, (f, v) => f with { HubTonnes = v }),
        Number("parcel_kg", f => f.ParcelKg, (f, v) => f with { ParcelKg = v }),
    ];

    public static FrozenDictionary<string, Feature> ByName { get; } = All.ToFrozenDictionary(feature => feature.Name, StringComparer.Ordinal);

    /// <summary>The first that is out of bounds, and what is allowed; null when all are within.</summary>
    public static (string Name, string Rule)? Check(Features features)
    {
        foreach (var feature in All)
        {
            if (feature.Get(features) is { } value && feature.Check(value) is { } rule)
                return (feature.Name, rule);
        }

        for (var at = 0; at < features.Legs.Count; at++)
        {
            if (Check(features.Legs[at]) is var (name, rule))
                return ($"{Legs}[{at}].{name}", rule);
        }

        return null;
    }

    /// <summary>Those that are given.</summary>
    public static IEnumerable<(string Name, object Value)> GivenIn(Features features)
    {
        foreach (var feature in All)
        {
            if (feature.Get(features) is { } value)
                yield return (feature.Name, value);
        }
    }

    private static Feature Number(string name, Func<Features, decimal?> get, Func<Features, decimal?, Features> set, decimal min = 0, decimal max = Most) =>
        new(name, FeatureType.Number, min, max, f => get(f), (f, v) => set(f, (decimal?)v));

    private static Feature Text(string name, Func<Features, string?> get, Func<Features, string?, Features> set) =>
        new(name, FeatureType.Text, 0, 0, get, (f, v) => set(f, (string?)v));

    private static Feature Flag(string name, Func<Features, bool?> get, Func<Features, bool?, Features> set) =>
        new(name, FeatureType.Flag, 0, 0, f => get(f), (f, v) => set(f, (bool?)v));
}
