namespace Pylon.Ingestion.Regional;

/// <summary>
/// Synthetic values for regions without real ones. Always the same for the same region and half hour, in every
/// process and at any time: demand is low at night and peaks in the evening, sun follows the season, wind changes over days
/// and similarly in neighbouring regions. The numbers are plausible and no more, so every use of them is marked synthetic.
/// </summary>
internal static class SyntheticGrid
{
    /// <summary>The source of synthetic values.</summary>
    public const string Source = "synthetic";

    // Gas never reaches zero: wind beyond this share is exported.
    private const double MostWithoutGas = 98;

    private const double MeanDemandMw = 28_000;

    /// <summary>All 18 regions.</summary>
    public static readonly IReadOnlyList<int> RegionIds = [.. SyntheticRegion.Areas.Keys.Concat(SyntheticRegion.Containers.Keys).Order()];

    /// <summary>The nine fuels in their order, in tenths of a per cent that sum to 100.0.</summary>
    /// <param name="regionId">1 to 18.</param>
    /// <param name="window">The start of a half hour.</param>
    public static IReadOnlyList<FuelPercent> Mix(int regionId, DateTimeOffset window) =>
        ToTenths(SyntheticRegion.Containers.TryGetValue(regionId, out var areas) ? Mean(areas, window) : Shares(regionId, window));

    /// <summary>The national demand.</summary>
    public static int DemandMw(DateTimeOffset window) => (int)Math.Round(MeanDemandMw * Demand(window) / 100) * 100;

    /// <summary>A price that rises with the share of gas.</summary>
    public static decimal PriceGbpMwh(IReadOnlyList<FuelPercent> mix) => 20 + (1.6m * mix.Single(f => f.Fuel == "gas").Percent);

    private static double[] Mean(int[] areas, DateTimeOffset window)
    {
        var total = areas.Sum(a => SyntheticRegion.Areas[a].Demand);
        var mean = new double[GenerationMix.Fuels.Count];
        foreach (var area in areas)
        {
            var shares = Shares(area, window);
            for (var i = 0; i < mean.Length; i++)
                mean[i] += shares[i] * SyntheticRegion.Areas[area].Demand / total;
        }

        return mean;
    }

    /// <summary>In per cent and in the order of <see cref="GenerationMix.Fuels"/>.</summary>
    private static double[] Shares(int area, DateTimeOffset window)
    {
        var region = SyntheticRegion.Areas[area];
        var demand = Demand(window);
        var solar = region.Solar * Sun(window, area) / demand;
        var steady = (region.Nuclear + region.Hydro + region.Biomass) / demand;
        var imports = region.Imports * (0.7 + (0.3 * demand));
        const double other = 0.5;
        var wind = Math.Clamp(region.Wind * Wind(window, area) / demand, 0, Math.Max(0, MostWithoutGas - solar - steady - imports - other));
        var gas = Math.Max(0, 100 - solar - steady - imports - other - wind);
        // biomass, coal, gas, hydro, imports, nuclear, other, solar, wind
        return [region.Biomass / demand, 0, gas, region.Hydro / demand, imports, region.Nuclear / demand, other, solar, wind];
    }

    // Around 1 in the mean of a day.
    private static double Demand(DateTimeOffset window)
    {
        var hour = window.UtcDateTime.TimeOfDay.TotalHours;
        var weekend = window.UtcDateTime.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        var day = 0.78 + (0.16 * Bump(hour, 8.5, 2.5)) + (0.18 * Bump(hour, 13, 4)) + (0.30 * Bump(hour, 18, 3));
        return weekend ? day * 0.93 : day;
    }

    private static double Bump(double hour, double middle, double width) => Math.Exp(-Math.Pow((hour - middle) / width, 2));

    // 0 at night, up to 1.
    private static double Sun(DateTimeOffset window, int area)
    {
        var season = Math.Sin(Turn(window.UtcDateTime.DayOfYear - 80, 365.25));
        var dayLength = 12.2 + (4.3 * season);
        var fromNoon = (window.UtcDateTime.TimeOfDay.TotalHours + 0.25 - 12.2) / dayLength;
        if (Math.Abs(fromNoon) >= 0.5)
            return 0;
        var clouds = 0.7 + (0.3 * Math.Sin(Turn(Hours(window), 61) + (area * 0.37)));
        return Math.Cos(Math.PI * fromNoon) * (0.65 + (0.35 * season)) * clouds;
    }

    // From about 0.1 to about 1.5, more in winter.
    private static double Wind(DateTimeOffset window, int area)
    {
        var breeze = 0.75 + (0.38 * Math.Sin(Turn(Hours(window), 83) + (area * 0.37))) + (0.2 * Math.Sin(Turn(Hours(window), 29) + (area * 0.8)));
        return breeze * (1 + (0.15 * Math.Cos(Turn(window.UtcDateTime.DayOfYear - 15, 365.25))));
    }

    private static double Hours(DateTimeOffset window) => (window - DateTimeOffset.UnixEpoch).TotalHours;

    private static double Turn(double at, double period) => 2 * Math.PI * at / period;

    // The largest remainders are rounded up, so that the tenths sum to the whole.
    private static IReadOnlyList<FuelPercent> ToTenths(double[] shares)
    {
        var exact = shares.Select(s => s * 1000 / shares.Sum()).ToArray();
        var tenths = exact.Select(e => (int)Math.Floor(e)).ToArray();
        var missing = 1000 - tenths.Sum();
        foreach (var i in Enumerable.Range(0, exact.Length).OrderByDescending(i => exact[i] - tenths[i]).ThenBy(i => i).Take(missing))
            tenths[i]++;
        return [.. GenerationMix.Fuels.Select((fuel, i) => new FuelPercent(fuel, tenths[i] / 10m))];
    }
}
