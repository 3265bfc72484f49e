namespace Pylon.Forecasting.Planning.Series;

/// <summary>
/// The integers that the planner computes with: sums and ties of scaled values are exact. Digits beyond the scale are rounded.
/// </summary>
public static class SeriesScale
{
    /// <summary>Carbon intensity: hundredths of gCO2/kWh.</summary>
    public const int Carbon = 100;

    /// <summary>Price: hundred-thousandths of GBP/MWh.</summary>
    public const int Price = 100_000;

    /// <summary>Highest carbon intensity that is taken, gCO2/kWh.</summary>
    public const double MaxCarbon = 1_000_000;

    /// <summary>Highest price that is taken, and lowest when negative, GBP/MWh.</summary>
    public const double MaxPrice = 1_000_000;

    /// <summary>A carbon intensity in gCO2/kWh as an integer; false when it is not from 0 to <see cref="MaxCarbon"/>.</summary>
    public static bool TryCarbon(double gramsPerKwh, out long scaled) => TryScale(gramsPerKwh, 0, MaxCarbon, Carbon, out scaled);

    /// <summary>A price in GBP/MWh as an integer; false when it is not within ± <see cref="MaxPrice"/>.</summary>
    public static bool TryPrice(double gbpPerMwh, out long scaled) => TryScale(gbpPerMwh, -MaxPrice, MaxPrice, Price, out scaled);

    private static bool TryScale(double value, double least, double most, int scale, out long scaled)
    {
        // NaN fails both comparisons.
        var fits = value >= least && value <= most;
        scaled = fits ? (long)Math.Round(value * scale, MidpointRounding.AwayFromZero) : 0;
        return fits;
    }
}
