using System.Collections.Frozen;
using Pylon.Rpc;

namespace Pylon.Insights.Factors;

/// <summary>Which factors the words of vehicle_type and fuel_type mean.</summary>
internal sealed class VehicleWords
{
    private const decimal Published = 10;
    private const decimal ByAnalogy = 40;
    private const string Diesel = "diesel";
    private const string TruckEv = "truck_ev";
    private const string TwoWheeler = "two_wheeler";

    // The first of the four ids of a class of HGVs.
    private static readonly FrozenDictionary<string, int> Hgvs = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["mini_truck"] = 3109,
        ["rigid_3_5_7_5t"] = 3109,
        ["rigid_7_5_17t"] = 3113,
        ["rigid_over_17t"] = 3117,
        ["rigid"] = 3121,
        ["artic_3_5_33t"] = 3125,
        ["artic_over_33t"] = 3129,
        ["artic"] = 3133,
        ["truck"] = 3137,
        ["truck_diesel"] = 3137,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // The first id of a class of vans; the fuels follow in the order of Fuels.
    private static readonly FrozenDictionary<string, int> Vans = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["van"] = 3102,
        ["van_class_1"] = 3081,
        ["van_class_2"] = 3088,
        ["van_class_3"] = 3095,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly string[] Fuels = [Diesel, "petrol", "cng", "lpg", "unknown", "phev", "electric"];

    private static readonly FrozenDictionary<string, string> Others = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["rail"] = "27_315_3151_14_1",
        ["bulk_carrier"] = "27_320_3221_14_1",
        ["general_cargo_ship"] = "27_320_3228_14_1",
        ["container_ship"] = "27_320_3235_14_1",
        ["vehicle_ship"] = "27_320_3238_14_1",
        ["roro_ferry"] = "27_320_3241_14_1",
        ["ropax_ferry"] = "27_320_3242_14_1",
        ["refrigerated_ship"] = "27_320_3243_14_1",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // With radiative forcing; without it is the next id.
    private static readonly FrozenDictionary<string, int> Flights = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["air_domestic"] = 3152,
        ["air_short_haul"] = 3154,
        ["air_long_haul"] = 3156,
        ["air_international"] = 3158,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FactorBook _book;
    private readonly decimal? _twoWheelerKgKm;

    /// <param name="book">Has the factors.</param>
    /// <param name="twoWheelerKgKm">kg CO2e of a kilometre; null when it is not configured.</param>
    public VehicleWords(FactorBook book, decimal? twoWheelerKgKm = null) => (_book, _twoWheelerKgKm) = (book, twoWheelerKgKm);

    /// <summary>All words of vehicle_type.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Hgvs.Keys.Concat(Hgvs.Keys.Where(IsCooled).Select(word => word + "_refrigerated")).Concat(Vans.Keys).Concat(Others.Keys).Concat(Flights.Keys)
            .Append(TruckEv).Append(TwoWheeler).Order(StringComparer.Ordinal),
    ];

    /// <summary>True for a word of a flight.</summary>
    public static bool IsFlight(string word) => Flights.ContainsKey(word);

    /// <param name="vehicle">vehicle_type.</param>
    /// <param name="fuel">fuel_type; null when it is not given.</param>
    /// <param name="hasForcing">Of flights.</param>
    /// <param name="refusal">Why there are none.</param>
    public VehicleFactors? Find(string vehicle, string? fuel, bool hasForcing, out Refusal? refusal)
    {
        refusal = null;
        if (vehicle == "truck" && fuel is "electric")
            return ElectricTruck("");
        if (vehicle == TruckEv)
            return ElectricTruck("electric");
        if (Vans.TryGetValue(vehicle, out var van))
            return Van(van, vehicle, fuel, out refusal);
        if (Hgv(vehicle) is { } hgv)
            return hgv.FixedFuel.Length > 0 || fuel is null or Diesel ? hgv : Unknown(vehicle, fuel, out refusal);
        if (Flights.TryGetValue(vehicle, out var flight))
            return Flight(flight, hasForcing);
        if (Others.TryGetValue(vehicle, out var other))
            return Of(_book[other], null, null);
        if (vehicle != TwoWheeler)
            refusal = Refusal.InvalidArgument("vehicle_type", $"must be one of {string.Join(", ", All)}");
        else if (_twoWheelerKgKm is { } kg)
            return new VehicleFactors(null, Configured(kg), null, null, "", ByAnalogy, 0.5m, ["The factor of two_wheeler is the one that is configured (Models:TwoWheelerKgKm)."]);
        else
            refusal = Refusal.FailedPrecondition("FACTOR_UNKNOWN", "vehicle_type: no published factor for two_wheeler is shipped; set Models:TwoWheelerKgKm.");
        return null;
    }

    private static bool IsCooled(string word) => word is not ("mini_truck" or "truck_diesel");

    private static Factor Configured(decimal kg) => new()
    {
        Id = "configured:two_wheeler",
        Set = "configured",
        Name = "Two-wheeler",
        Unit = "km",
        Boundary = "TTW",
        Status = "assumed",
        Co2e = kg,
    };

    private static VehicleFactors Of(Factor? tonneKm, Factor? km, LoadClass? loadClass, Factor? wellToTank = null, string fixedFuel = "", params string[] assumptions) =>
        new(tonneKm, km, loadClass, wellToTank, fixedFuel, Published, 1, assumptions);

    private static VehicleFactors? Unknown(string vehicle, string? fuel, out Refusal? refusal)
    {
        refusal = Refusal.FailedPrecondition("FACTOR_UNKNOWN", $"fuel_type: the factors have no {vehicle} with {fuel}.");
        return null;
    }

    private VehicleFactors? Hgv(string vehicle)
    {
        const string Cooled = "_refrigerated";
        var isCooled = vehicle.EndsWith(Cooled, StringComparison.Ordinal);
        var word = isCooled ? vehicle[..^Cooled.Length] : vehicle;
        if (!Hgvs.TryGetValue(word, out var first) || (isCooled && !IsCooled(word)))
            return null;
        var group = isCooled ? "27_306" : "27_304";
        var (tonneKm, km) = (_book[$"{group}_{first + 3}_14_1"], _book[$"{group}_{first + 3}_4_1"]);
        var isAll = first == 3137 && !isCooled;
        return Of(tonneKm, km, _book.Classes.First(each => each.Average == km), isAll ? _book[FactorIds.HgvWtt] : null, word == "truck_diesel" ? Diesel : "");
    }

    private VehicleFactors? Van(int first, string vehicle, string? fuel, out Refusal? refusal)
    {
        refusal = null;
        var at = Array.IndexOf(Fuels, fuel ?? Diesel);
        if (at < 0)
        {
            refusal = Refusal.InvalidArgument("fuel_type", $"must be one of {string.Join(", ", Fuels)}");
            return null;
        }

        var (tonneKm, km) = (_book[$"27_303_{first + at}_14_1"], _book[$"27_303_{first + at}_4_1"]);
        if (tonneKm.Co2e is null)
            return Unknown(vehicle, fuel, out refusal);
        var found = Of(tonneKm, km, null);
        if (fuel is null)
            return found with { Quality = 0.7m, Assumptions = ["fuel_type is not given: diesel is taken."] };
        return fuel == "electric"
            ? found with { Assumptions = ["The factors do not say whether that of a battery van has the losses of transmission and distribution in it."] }
            : found;
    }

    private VehicleFactors Flight(int withForcing, bool hasForcing) => Of(
        _book[$"27_317_{withForcing + (hasForcing ? 0 : 1)}_14_1"], null, null, null, "",
        hasForcing ? "Radiative forcing is counted: 1.7 times the CO2." : "Radiative forcing is not counted.");

    // The file has none: the diesel HGV, in the ratio of the battery van to the diesel van.
    private VehicleFactors ElectricTruck(string fixedFuel)
    {
        var (tonneKm, km) = (Scaled("14"), Scaled("4"));
        return new VehicleFactors(tonneKm, km, null, null, fixedFuel, ByAnalogy, 0.5m, [
            $"No factor of an electric truck is published: that of all HGVs times {Math.Round(tonneKm.Co2e!.Value / _book["27_304_3140_14_1"].Co2e!.Value, 6)}, the ratio of the battery van to the diesel van, ± 40 %.",
            "The factors do not say whether that of a battery van has the losses of transmission and distribution in it.",
        ]);

        Factor Scaled(string unit)
        {
            var (hgv, battery, diesel) = (_book[$"27_304_3140_{unit}_1"], _book[$"27_303_3108_{unit}_1"], _book[$"27_303_3102_{unit}_1"]);
            return hgv with
            {
                Id = $"{hgv.Id}*{battery.Id}/{diesel.Id}",
                Name = "Electric truck, by analogy",
                Status = "assumed",
                Co2e = hgv.Co2e!.Value * battery.Co2e!.Value / diesel.Co2e!.Value,
                Co2 = null,
                Ch4 = null,
                N2o = null,
            };
        }
    }
}
