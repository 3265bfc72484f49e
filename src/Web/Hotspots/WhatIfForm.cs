using Google.Protobuf.WellKnownTypes;
using Pylon.Insights.V1;
using Pylon.Web.Frame;

namespace Pylon.Web.Hotspots;

/// <summary>What would be emitted if the worst event of a hotspot were done in another way: the question, from the address.</summary>
internal sealed class WhatIfForm(Given given)
{
    private const double DefaultPercent = 20;

    private static readonly (string Name, string Words, string[] Kinds)[] Levers =
    [
        ("vehicle", "By an electric truck", ["logistics"]),
        ("mode_shift", "By rail", ["logistics"]),
        ("distance", "On a shorter way, by per cent", ["logistics", "delivery"]),
        ("efficiency", "With less energy for the same, by per cent", ["factory", "warehouse", "compute"]),
        ("renewable_share", "With own renewable electricity, per cent of it", ["factory", "warehouse", "compute"]),
    ];

    public bool IsAsked => given.Has("change");

    public string Change => given["change"];

    public double Percent => given.Number("percent") ?? DefaultPercent;

    /// <summary>The changes that make sense for a kind of work; none for electricity of a region.</summary>
    public static IReadOnlyList<(string Name, string Words)> Changes(string kind) =>
        [.. Levers.Where(lever => lever.Kinds.Contains(kind, StringComparer.Ordinal)).Select(lever => (lever.Name, lever.Words))];

    public SimulateRequest Request(EmissionEvent worst)
    {
        var request = new SimulateRequest { ScenarioType = worst.EventType, BaselineFeatures = Features(worst), StartTime = worst.Timestamp, Levers = { new SimulationLever { Lever = Change, Parameters = Parameters() } } };
        if (worst.HasRegionId)
            request.RegionId = worst.RegionId;
        return request;
    }

    private Struct Parameters() => Change switch
    {
        "vehicle" => new Struct { Fields = { ["vehicle_type"] = Value.ForString("truck_ev") } },
        "mode_shift" => new Struct { Fields = { ["to"] = Value.ForString("rail") } },
        "renewable_share" => new Struct { Fields = { ["to"] = Value.ForNumber(Percent / 100) } },
        _ => new Struct { Fields = { ["reduction"] = Value.ForNumber(Percent / 100) } },
    };

    // As the event tells them, under the names of the models.
    private static Struct Features(EmissionEvent worst)
    {
        var features = new Struct();
        Number(worst.EventType == "delivery" ? "route_length" : "distance_km", worst.HasDistanceKm, worst.DistanceKm);
        Number("load_kg", worst.HasLoadKg, worst.LoadKg);
        Number("delivery_count", worst.HasDeliveryCount, worst.DeliveryCount);
        Number("energy_kwh", worst.HasEnergyKwh, worst.EnergyKwh);
        Number("shift_hours", worst.HasShiftHours, worst.ShiftHours);
        Number("temperature", worst.HasTemperature, worst.Temperature);
        Word("vehicle_type", worst.VehicleType);
        Word("fuel_type", worst.FuelType);
        return features;

        void Number(string name, bool isKnown, double value)
        {
            if (isKnown)
                features.Fields[name] = Value.ForNumber(value);
        }

        void Word(string name, string value)
        {
            if (value.Length > 0)
                features.Fields[name] = Value.ForString(value);
        }
    }
}
