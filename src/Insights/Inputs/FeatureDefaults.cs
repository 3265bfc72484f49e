using Pylon.Insights.Entities;

namespace Pylon.Insights.Inputs;

/// <summary>What the features of a kind are when they are not given. No published factor uses any of them.</summary>
internal static class FeatureDefaults
{
    /// <summary>The features that an external engine takes, by kind.</summary>
    public static IReadOnlyList<string> EngineFeatures(string kind) => kind switch
    {
        EmissionKind.Logistics => ["distance_km", "load_kg", "vehicle_type", "fuel_type", "avg_speed", "stop_events"],
        EmissionKind.Factory => ["energy_kwh", "shift_hours", "machine_runtime_hours", "furnace_usage", "cooling_load"],
        EmissionKind.Warehouse => ["temperature", "energy_kwh", "refrigeration_load", "inventory_volume"],
        EmissionKind.Delivery => ["route_length", "vehicle_type", "traffic_score", "delivery_count"],
        _ => [],
    };

    public static IReadOnlyList<(string Name, decimal Value)> Of(string kind) => kind switch
    {
        EmissionKind.Logistics => [("avg_speed", 50), ("stop_events", 0)],
        EmissionKind.Factory => [("machine_runtime_hours", 8), ("furnace_usage", 0), ("cooling_load", 0)],
        EmissionKind.Warehouse => [("energy_kwh", 0)],
        EmissionKind.Delivery => [("traffic_score", 3), ("delivery_count", 1)],
        _ => [],
    };

    /// <summary>With the defaults of the kind where nothing is given.</summary>
    public static Features Fill(string kind, Features features)
    {
        foreach (var (name, value) in Of(kind))
        {
            var feature = FeatureNames.ByName[name];
            if (feature.Get(features) is null)
                features = feature.Set(features, value);
        }

        return features;
    }
}
