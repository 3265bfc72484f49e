namespace Pylon.Sandbox.Grid.Simulation;

/// <summary>
/// The simulated grid: true, forecast and metered values. They depend on the half hour, the region and the clock alone, so
/// that equal requests at the same time get equal answers. The forecast error shrinks with the lead time. An actual is
/// published half an hour after the end of its half hour and is revised once, later that day.
/// </summary>
internal static class SimulatedGrid
{
    public static readonly TimeSpan Metered = TimeSpan.FromMinutes(30);
    public static readonly TimeSpan Revised = TimeSpan.FromHours(6);
    public static readonly TimeSpan Ahead = TimeSpan.FromHours(48);
    private const double LeastGas = 2;

    /// <summary>The true mix.</summary>
    public static GenerationMix Mix(GridRegion region, DateTimeOffset window) => Mix(region, window, 1);

    /// <summary>The forecast at <paramref name="now"/>; for a half hour that has begun, the last forecast.</summary>
    public static GenerationMix Forecast(GridRegion region, DateTimeOffset window, DateTimeOffset now)
    {
        var issued = HalfHours.Containing(now);
        var lead = window > issued ? (window - issued).TotalHours : 0;
        var miss = (0.04 + (0.12 * lead / Ahead.TotalHours)) * Noise.Of(Noise.Weather, HalfHours.Number(window));
        var wobble = 0.03 * Math.Min(lead, 6) / 6 * Noise.Of(Noise.Issue, HalfHours.Number(issued), HalfHours.Number(window));
        return Mix(region, window, 1 + miss + wobble);
    }

    /// <summary>The metered intensity of Great Britain in gCO2/kWh; null before it is published.</summary>
    public static int? Actual(DateTimeOffset window, DateTimeOffset now)
    {
        var age = now - (window + HalfHours.Length);
        if (age < Metered)
            return null;
        var final = Mix(GridRegion.All[GridRegion.GreatBritain - 1], window).Intensity;
        return age < Revised ? final + Revision(window) : final;
    }

    /// <summary>Relative to the mean wind: 0.1 in a lull, 1.5 in a storm.</summary>
    public static double Wind(DateTimeOffset window, int area = 0)
    {
        var hours = Hours(window);
        var breeze = 0.78 + (0.36 * Math.Sin(Turn(hours, 97) + (area * 0.31))) + (0.21 * Math.Sin(Turn(hours, 31) + (area * 0.7)));
        return breeze * (1 + (0.15 * Math.Cos(Turn(window.UtcDateTime.DayOfYear - 12, 365.25))));
    }

    /// <summary>0 at night, up to 1.</summary>
    public static double Sun(DateTimeOffset window, int area = 0)
    {
        var season = Math.Sin(Turn(window.UtcDateTime.DayOfYear - 80, 365.25));
        var fromNoon = (window.UtcDateTime.TimeOfDay.TotalHours + 0.25 - 12.1) / (12.2 + (4.3 * season));
        if (Math.Abs(fromNoon) >= 0.5)
            return 0;
        var clouds = 0.68 + (0.3 * Math.Sin(Turn(Hours(window), 53) + (area * 0.41)));
        return Math.Cos(Math.PI * fromNoon) * (0.65 + (0.35 * season)) * clouds;
    }

    /// <summary>Relative to the mean demand.</summary>
    public static double Demand(DateTimeOffset window)
    {
        var local = SettlementDay.Local(window);
        var hour = local.TimeOfDay.TotalHours;
        var day = 0.76 + (0.17 * Bump(hour, 8.5, 2.5)) + (0.19 * Bump(hour, 13, 4)) + (0.32 * Bump(hour, 18, 3));
        var week = local.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0.92 : 1;
        return day * week * (1 + (0.14 * Math.Cos(Turn(window.UtcDateTime.DayOfYear - 15, 365.25))));
    }

    private static GenerationMix Mix(GridRegion region, DateTimeOffset window, double weather)
    {
        var mean = new double[GenerationMix.Fuels.Count];
        foreach (var area in region.Areas)
        {
            var shares = Shares(area, window, weather);
            for (var i = 0; i < mean.Length; i++)
                mean[i] += shares[i] * area.Demand;
        }

        return GenerationMix.Of(mean);
    }

    // In per cent, in the order of the fuels. Wind beyond the demand is not counted.
    private static double[] Shares(GridRegion area, DateTimeOffset window, double weather)
    {
        var demand = Demand(window);
        var solar = area.Solar * Sun(window, area.Id) / demand;
        var imports = area.Imports * (0.6 + (0.4 * demand));
        const double other = 0.4;
        var rest = 100 - solar - imports - other - ((area.Biomass + area.Nuclear + area.Hydro) / demand);
        var wind = Math.Clamp(area.Wind * Wind(window, area.Id) * weather / demand, 0, Math.Max(0, rest - LeastGas));
        return [area.Biomass / demand, 0, imports, Math.Max(LeastGas, rest - wind), area.Nuclear / demand, other, area.Hydro / demand, solar, wind];
    }

    // From 1 to 3 up or down, never 0, so that every actual is revised once.
    private static int Revision(DateTimeOffset window)
    {
        var noise = Noise.Of(Noise.Meter, HalfHours.Number(window));
        return Math.Sign(noise) * (1 + (int)(Math.Abs(noise) * 2.99)) is var revision and not 0 ? revision : 1;
    }

    private static double Bump(double hour, double middle, double width) => Math.Exp(-Math.Pow((hour - middle) / width, 2));

    private static double Hours(DateTimeOffset window) => (window - DateTimeOffset.UnixEpoch).TotalHours;

    private static double Turn(double at, double period) => 2 * Math.PI * at / period;
}
