namespace Pylon.Ingestion.Regional;

/// <summary>The share of a fuel in per cent.</summary>
internal sealed record FuelPercent(string Fuel, decimal Percent);

/// <summary>Intensity and renewable share of a generation mix.</summary>
internal static class GenerationMix
{
    // gCO2/kWh, from /intensity/factors of the Carbon Intensity API. Gas is the combined cycle, which is nearly all of
    // it. Imports are weighted by the capacity of the interconnectors: France 4 GW (53), Netherlands 1 (474), Ireland 1 (458).
    private static readonly Dictionary<string, decimal> Factors = new()
    {
        ["biomass"] = 120,
        ["coal"] = 937,
        ["gas"] = 394,
        ["hydro"] = 0,
        ["imports"] = (4 * 53 + 474 + 458) / 6m,
        ["nuclear"] = 0,
        ["other"] = 300,
        ["solar"] = 0,
        ["wind"] = 0,
    };

    private static readonly Dictionary<string, decimal> Dirtiest =
        new() { ["biomass"] = 300, ["coal"] = 937, ["gas"] = 651, ["imports"] = 474, ["other"] = 935 };

    private const decimal Spare = 25;

    /// <summary>The nine fuels of the API, by name.</summary>
    public static readonly IReadOnlyList<string> Fuels = [.. Factors.Keys.Order(StringComparer.Ordinal)];

    /// <summary>gCO2/kWh, a whole number as the API gives it.</summary>
    public static int Intensity(IEnumerable<FuelPercent> mix) =>
        (int)decimal.Round(mix.Sum(f => f.Percent * Factors[f.Fuel]) / 100, MidpointRounding.AwayFromZero);

    /// <summary>
    /// False for an intensity that the mix cannot have. The bounds are wide, as the source weighs losses and imports in ways of
    /// its own: at least half of what coal and gas alone give, at most half more than the mix with every fuel at its dirtiest
    /// (open-cycle gas 651, Dutch imports 474, oil as other 935, biomass with its supply chain 300), both with some grams to
    /// spare for rounding. Of the recorded bodies all real ones are within.
    /// </summary>
    public static bool Agrees(decimal intensity, IReadOnlyList<FuelPercent> mix)
    {
        var least = mix.Sum(f => f.Fuel is "coal" or "gas" ? f.Percent * Factors[f.Fuel] : 0) / 100;
        var most = mix.Sum(f => f.Percent * Dirtiest.GetValueOrDefault(f.Fuel)) / 100;
        return intensity >= (least / 2) - Spare && intensity <= (most * 1.5m) + Spare;
    }

    /// <summary>Biomass, hydro, solar and wind, in per cent.</summary>
    public static decimal Renewable(IEnumerable<FuelPercent> mix) =>
        mix.Where(f => f.Fuel is "biomass" or "hydro" or "solar" or "wind").Sum(f => f.Percent);
}
