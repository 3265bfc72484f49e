using System.Globalization;
using Pylon.Insights.Entities;
using Pylon.Insights.Inputs;
using Pylon.Rpc;

namespace Pylon.Insights.Events;

/// <summary>What an event must tell, by its kind, and what follows from it. Pure.</summary>
internal static class EventRules
{
    /// <summary>An event is spread over the hours of its time; longer ones are told in parts.</summary>
    public static readonly TimeSpan LongestEvent = TimeSpan.FromDays(31);

    public static readonly IReadOnlyList<string> Kinds =
        [EmissionKind.Logistics, EmissionKind.Factory, EmissionKind.Warehouse, EmissionKind.Delivery, EmissionKind.Compute];

    public static readonly IReadOnlyList<string> Sources = ["measured", "reported", "estimated", "synthetic"];

    private const int LongestId = 200;
    private const int LongestWord = 100;
    private const double Most = 1e9;
    private const double MostKm = 1e6;
    private const double MostOther = 1e12;
    private static readonly DateTimeOffset Earliest = new(1990, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan FurthestAhead = TimeSpan.FromDays(1);

    /// <summary>What is wrong with an event: each names the field and what is allowed. Empty when nothing is.</summary>
    public static List<string> Check(NewEvent given, DateTimeOffset now)
    {
        var faults = new List<string>();
        Text(given.EventId, "event_id", 1, LongestId);
        if (!Kinds.Contains(given.Kind))
            faults.Add($"event_type must be one of {string.Join(", ", Kinds)}");
        Text(given.SupplierId, "supplier_id", 0, LongestId);
        Text(given.RouteId, "route_id", 0, LongestId);
        if (string.IsNullOrWhiteSpace(given.SupplierId) && string.IsNullOrWhiteSpace(given.RouteId))
            faults.Add("supplier_id or route_id must say what the emissions are counted for");
        if (given.Start < Earliest || given.Start > now + FurthestAhead)
            faults.Add("timestamp must be from 1990 to a day from now");
        if (given.End < given.Start || given.End - given.Start > LongestEvent || given.End > now + FurthestAhead)
            faults.Add($"ended_at must be from timestamp to {LongestEvent.TotalDays:0} days later, and at most a day from now");
        CheckInputs();
        Number(given.Speed, "speed", 0, 10_000);
        Number(given.StopEvents, "stop_events", 0, MostKm);
        Number(given.TrafficScore, "traffic_score", 1, 10);
        Number(given.DeliveryCount, "delivery_count", 1, MostKm);
        Number(given.FurnaceUsage, "furnace_usage", 0, MostOther);
        Number(given.CoolingLoad, "cooling_load", 0, MostOther);
        Positive(given.ShiftHours, "shift_hours", LongestEvent.TotalHours, isRequired: false);
        Number(given.Temperature, "temperature", -273.15, 10_000);
        Number(given.RefrigerationLoad, "refrigeration_load", 0, MostOther);
        Number(given.InventoryVolume, "inventory_volume", 0, MostOther);
        Number(given.RegionId, "region_id", 1, 18);
        Text(given.VehicleType, "vehicle_type", 0, LongestWord);
        Text(given.FuelType, "fuel_type", 0, LongestWord);
        Text(given.BatchId, "batch_id", 0, LongestId);
        if (!Sources.Contains(given.Source))
            faults.Add($"source must be one of {string.Join(", ", Sources)}");
        Number(given.ReportedKg, "reported_co2_kg", 0, Most);
        return faults;

        void CheckInputs()
        {
            var isMoved = given.Kind is EmissionKind.Logistics or EmissionKind.Delivery;
            if (isMoved)
                Positive(given.DistanceKm, "distance_km", MostKm, isRequired: true);
            else
                Number(given.DistanceKm, "distance_km", 0, MostKm);
            Number(given.LoadKg, "load_kg", 0, Most, isRequired: given.Kind == EmissionKind.Logistics);
            if (given.Kind is EmissionKind.Factory or EmissionKind.Compute)
                Positive(given.EnergyKwh, "energy_kwh", Most, isRequired: true);
            else
                Number(given.EnergyKwh, "energy_kwh", 0, Most);
        }

        void Text(string? text, string name, int least, int most)
        {
            if ((text?.Length ?? 0) < least || (text is not null && !Field.Fits(text, most)))
                faults.Add(least == 0 ? $"{name} must have at most {most} characters" : $"{name} must have {least} to {most} characters");
            else if (text is not null && text.Any(char.IsControl))
                faults.Add($"{name} must not contain control characters");
            else if (text is { Length: > 0 } && string.IsNullOrWhiteSpace(text))
                faults.Add($"{name} must have a character that can be seen");
        }

        void Number(double? number, string name, double least, double most, bool isRequired = false)
        {
            if (number is { } known ? !(known >= least && known <= most) : isRequired)
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{name} must be from {least} to {most:#,0}"));
        }

        void Positive(double? number, string name, double most, bool isRequired)
        {
            if (number is { } known ? !(known > 0 && known <= most) : isRequired)
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{name} must be more than 0, at most {most:#,0}"));
        }
    }

    /// <summary>What the emissions of a good event are counted for: supplier_id, else route_id.</summary>
    public static EntityKey EntityOf(NewEvent good)
    {
        var isSupplier = !string.IsNullOrWhiteSpace(good.SupplierId);
        var type = good.Kind switch
        {
            EmissionKind.Factory => "factory",
            EmissionKind.Warehouse => "warehouse",
            EmissionKind.Compute => "data_centre",
            _ => isSupplier ? "supplier" : "route",
        };
        return new EntityKey(good.OperatorId, type, isSupplier ? good.SupplierId! : good.RouteId!, good.Kind);
    }

    /// <summary>The inputs of the model under their names.</summary>
    public static Features FeaturesOf(NewEvent good) => good.Kind switch
    {
        EmissionKind.Delivery => new Features
        {
            RouteLength = Exact(good.DistanceKm),
            VehicleType = good.VehicleType,
            FuelType = good.FuelType,
            TrafficScore = Exact(good.TrafficScore),
            DeliveryCount = good.DeliveryCount,
        },
        EmissionKind.Factory => new Features
        {
            EnergyKwh = Exact(good.EnergyKwh),
            // A meter tells the hours by its interval.
            ShiftHours = Exact(good.ShiftHours ?? (good.End > good.Start ? (good.End.Value - good.Start).TotalHours : null)),
            FurnaceUsage = Exact(good.FurnaceUsage),
            CoolingLoad = Exact(good.CoolingLoad),
        },
        EmissionKind.Warehouse => new Features
        {
            EnergyKwh = Exact(good.EnergyKwh),
            Temperature = Exact(good.Temperature),
            RefrigerationLoad = Exact(good.RefrigerationLoad),
            InventoryVolume = Exact(good.InventoryVolume),
        },
        EmissionKind.Compute => new Features { EnergyKwh = Exact(good.EnergyKwh) },
        _ => new Features
        {
            DistanceKm = Exact(good.DistanceKm),
            LoadKg = Exact(good.LoadKg),
            VehicleType = good.VehicleType,
            FuelType = good.FuelType,
            AvgSpeed = Exact(good.Speed),
            StopEvents = good.StopEvents,
        },
    };

    /// <summary>How much a good event did, in the unit of its kind; null of a warehouse whose energy is not known.</summary>
    public static double? ActivityOf(NewEvent good) => good.Kind switch
    {
        EmissionKind.Logistics => good.DistanceKm * good.LoadKg / 1000,
        EmissionKind.Delivery => good.DistanceKm,
        EmissionKind.Warehouse => good.EnergyKwh > 0 ? good.EnergyKwh : null,
        _ => good.EnergyKwh,
    };

    /// <summary>Units of output: parcels, stock, parts of a batch; null when not known.</summary>
    public static double? OutputOf(NewEvent good) => good.Kind switch
    {
        EmissionKind.Delivery => good.DeliveryCount,
        EmissionKind.Warehouse => good.InventoryVolume,
        _ => good.Parts,
    };

    // The shortest text that reads as the same number: 0.1 is 0.1, not what the bits are.
    private static decimal? Exact(double? number) => number is { } known ? decimal.Parse(known.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture) : null;
}
