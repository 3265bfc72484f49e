using System.Collections.Frozen;

namespace Pylon.Insights.Playbook;

/// <summary>The features that a measure may have preconditions about: those of the seed, and what follows from the history.</summary>
internal static class FeatureNames
{
    public const string DistanceKm = "distance_km";
    public const string LoadKg = "load_kg";
    public const string VehicleType = "vehicle_type";
    public const string FuelType = "fuel_type";
    public const string AvgSpeed = "avg_speed";
    public const string StopEvents = "stop_events";
    public const string EnergyKwh = "energy_kwh";
    public const string ShiftHours = "shift_hours";
    public const string MachineRuntimeHours = "machine_runtime_hours";
    public const string FurnaceUsage = "furnace_usage";
    public const string CoolingLoad = "cooling_load";
    public const string Temperature = "temperature";
    public const string RefrigerationLoad = "refrigeration_load";
    public const string InventoryVolume = "inventory_volume";
    public const string RouteLength = "route_length";
    public const string TrafficScore = "traffic_score";
    public const string DeliveryCount = "delivery_count";
    public const string Pue = "pue";

    /// <summary>0 to 1, of servers.</summary>
    public const string Utilisation = "utilisation";

    /// <summary>g CO2e/kWh.</summary>
    public const string CarbonIntensity = "carbon_intensity";

    /// <summary>0 to 1: the share of the activity between 22 and 6 o'clock.</summary>
    public const string NightShare = "night_share";

    /// <summary>Hours that machines run beyond the shift.</summary>
    public const string IdleHours = "idle_hours";

    public static readonly FrozenSet<string> Words = FrozenSet.Create(StringComparer.Ordinal, VehicleType, FuelType);

    public static readonly FrozenSet<string> Numbers = FrozenSet.Create(
        StringComparer.Ordinal,
        DistanceKm, LoadKg, AvgSpeed, StopEvents, EnergyKwh, ShiftHours, MachineRuntimeHours, FurnaceUsage, CoolingLoad, Temperature,
        RefrigerationLoad, InventoryVolume, RouteLength, TrafficScore, DeliveryCount, Pue, Utilisation, CarbonIntensity, NightShare, IdleHours);
}
