using System.Text.Json;

namespace Pylon.Beckn;

/// <summary>
/// A number with its unit, which stands beside it (carbonIntensity, carbonIntensityUnit) or with it (value, unit). Without a
/// unit it is in that of the compute-energy schema; in an unknown one it counts as not given.
/// </summary>
public static class Quantity
{
    private static readonly Dictionary<string, double> GramsPerKwh = new(StringComparer.Ordinal)
    {
        ["g/kwh"] = 1,
        ["kg/kwh"] = 1000,
        ["mg/kwh"] = 0.001,
        ["t/kwh"] = 1_000_000,
        ["g/mwh"] = 0.001,
        ["kg/mwh"] = 1,
        ["t/mwh"] = 1000,
        ["g/wh"] = 1000,
        ["kg/gwh"] = 0.001,
        ["t/gwh"] = 1,
        ["lb/mwh"] = 0.45359237,
        ["lbs/mwh"] = 0.45359237,
        ["lb/kwh"] = 453.59237,
        ["lbs/kwh"] = 453.59237,
        ["g/mj"] = 3.6,
        ["kg/mj"] = 3600,
        ["kg/gj"] = 3.6,
    };

    private static readonly Dictionary<string, double> Megawatts = new(StringComparer.Ordinal) { ["mw"] = 1, ["kw"] = 0.001, ["gw"] = 1000, ["w"] = 0.000_001, ["megawatt"] = 1, ["kwatt"] = 0.001 };

    private static readonly Dictionary<string, double> Percents = new(StringComparer.Ordinal)
    {
        ["%"] = 1,
        ["percent"] = 1,
        ["percentage"] = 1,
        ["pct"] = 1,
        ["fraction"] = 100,
        ["ratio"] = 100,
        ["share"] = 100,
        ["1"] = 100,
    };

    /// <summary>In gCO2/kWh.</summary>
    public static double? CarbonIntensity(JsonElement grid) => Read(grid.Get("carbonIntensity"), grid.Get("carbonIntensityUnit"), GramsPerKwh);

    /// <summary>What it was before the change that a provider reports, in gCO2/kWh.</summary>
    public static double? PreviousCarbonIntensity(JsonElement grid) =>
        Read(grid.Get("carbonIntensityChange").Get("previousValue"), grid.Get("carbonIntensityChange").Get("changeUnit"), GramsPerKwh);

    /// <summary>In MW.</summary>
    public static double? Capacity(JsonElement capacity) => Read(capacity.Get("availableCapacity"), capacity.Get("capacityUnit"), Megawatts);

    /// <summary>In per cent.</summary>
    public static double? RenewableMix(JsonElement grid) => Read(grid.Get("renewableMix"), grid.Get("renewableMixUnit"), Percents);

    private static double? Read(JsonElement number, JsonElement unit, Dictionary<string, double> factors)
    {
        if (number.ValueKind == JsonValueKind.Object)
            (number, unit) = (number.Get("value"), new[] { number.Get("unit"), number.Get("unitCode"), number.Get("unitText") }.FirstOrDefault(IsGiven, unit));
        if (number.Number() is not { } value)
            return null;
        if (!IsGiven(unit))
            return value;
        // Rounded, so that 0.088 kg are 88 g and not 88.00000000000001.
        var converted = factors.TryGetValue(Plain(unit.Text()), out var factor) ? Math.Round(value * factor, 9) : double.NaN;
        return double.IsFinite(converted) ? converted : null;
    }

    // An empty text is no unit.
    private static bool IsGiven(JsonElement unit) =>
        unit.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.String) || unit.Text().Length > 0;

    // As in kgCO2e/kWh, kg CO₂-eq per kWh, kg_per_kwh.
    private static string Plain(string unit)
    {
        var text = unit.ToLowerInvariant().Replace("₂", "2").Replace("_", " ").Replace("·", " ").Replace(" per ", "/").Replace("grams", "g").Replace("gram", "g")
            .Replace("tonnes", "t").Replace("tonne", "t");
        foreach (var gas in new[] { "co2-eq", "co2eq", "co2-e", "co2e", "co2" })
            text = text.Replace(gas, "");
        return text.Replace("kilo", "k").Replace("kgs", "kg").Replace(" ", "");
    }
}
