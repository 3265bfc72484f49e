namespace Pylon.Insights.Inputs;

/// <summary>
/// What is known of something that emits: the inputs of the models, each under the name that it has on the wire
///. Null: not given.
/// </summary>
internal sealed record Features
{
    public static readonly Features None = new();

    /// <summary>distance_km: of one trip, as planned.</summary>
    public decimal? DistanceKm { get; init; }

    /// <summary>load_kg: of the freight, packaging included.</summary>
    public decimal? LoadKg { get; init; }

    /// <summary>vehicle_type: for example truck_diesel, van or artic_over_33t.</summary>
    public string? VehicleType { get; init; }

    /// <summary>fuel_type: diesel, petrol, cng, lpg, electric.</summary>
    public string? FuelType { get; init; }

    /// <summary>avg_speed, km/h. No factor uses it.</summary>
    public decimal? AvgSpeed { get; init; }

    /// <summary>stop_events. No factor uses it.</summary>
    public decimal? StopEvents { get; init; }

    /// <summary>energy_kwh: electricity; of compute that of the IT alone; of a warehouse 0 when it is not known.</summary>
    public decimal? EnergyKwh { get; init; }

    /// <summary>shift_hours: how long a factory ran.</summary>
    public decimal? ShiftHours { get; init; }

    /// <summary>machine_runtime_hours. No factor uses it.</summary>
    public decimal? MachineRuntimeHours { get; init; }

    /// <summary>furnace_usage. No factor uses it.</summary>
    public decimal? FurnaceUsage { get; init; }

    /// <summary>cooling_load. No factor uses it.</summary>
    public decimal? CoolingLoad { get; init; }

    /// <summary>temperature, °C. No factor uses it.</summary>
    public decimal? Temperature { get; init; }

    /// <summary>refrigeration_load. No factor uses it.</summary>
    public decimal? RefrigerationLoad { get; init; }

    /// <summary>inventory_volume. No factor uses it.</summary>
    public decimal? InventoryVolume { get; init; }

    /// <summary>route_length, km: of a delivery round.</summary>
    public decimal? RouteLength { get; init; }

    /// <summary>traffic_score, 1 to 10. No factor uses it.</summary>
    public decimal? TrafficScore { get; init; }

    /// <summary>delivery_count: drops of a round.</summary>
    public decimal? DeliveryCount { get; init; }

    /// <summary>load_fraction, 0 to 1: of the payload of a vehicle class; the emissions are then those of the vehicle.</summary>
    public decimal? LoadFraction { get; init; }

    /// <summary>whole_trips: a trip that is not full counts as a whole one; false when not given.</summary>
    public bool? WholeTrips { get; init; }

    /// <summary>factor_id: takes this factor instead of that of the vehicle.</summary>
    public string? FactorId { get; init; }

    /// <summary>boundary: TTW, WTW, GENERATION or GENERATION_TD.</summary>
    public string? Boundary { get; init; }

    /// <summary>radiative_forcing of flights; true when not given.</summary>
    public bool? RadiativeForcing { get; init; }

    /// <summary>self_generation_share, 0 to 1: of the electricity.</summary>
    public decimal? SelfGenerationShare { get; init; }

    /// <summary>pue: power usage effectiveness of a data centre.</summary>
    public decimal? Pue { get; init; }

    /// <summary>gas_kwh: natural gas, gross calorific value.</summary>
    public decimal? GasKwh { get; init; }

    /// <summary>diesel_litres.</summary>
    public decimal? DieselLitres { get; init; }

    /// <summary>petrol_litres.</summary>
    public decimal? PetrolLitres { get; init; }

    /// <summary>floor_area_m2 of a warehouse whose energy is not metered.</summary>
    public decimal? FloorAreaM2 { get; init; }

    /// <summary>energy_kwh_m2_year of it.</summary>
    public decimal? EnergyKwhM2Year { get; init; }

    /// <summary>days that the floor area counts for.</summary>
    public decimal? Days { get; init; }

    /// <summary>hub: transhipment or storage_transhipment, that the freight goes through.</summary>
    public string? Hub { get; init; }

    /// <summary>hub_tonnes: through the hub of a warehouse.</summary>
    public decimal? HubTonnes { get; init; }

    /// <summary>parcel_kg: whose share of the round is wanted.</summary>
    public decimal? ParcelKg { get; init; }

    /// <summary>legs: of a chain; each has its own distance_km and vehicle, or a hub.</summary>
    public IReadOnlyList<Features> Legs { get; init; } = [];
}
