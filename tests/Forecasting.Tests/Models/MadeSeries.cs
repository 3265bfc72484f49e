using Pylon.Forecasting.Models;

namespace Pylon.Forecasting.Tests.Models;

/// <summary>Hours of our own making, the same on every machine: a day, a wind that comes and goes, and some noise.</summary>
internal static class MadeSeries
{
    public static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="days">Its length.</param>
    /// <param name="seed">Of the noise.</param>
    /// <param name="level">The mean.</param>
    /// <param name="day">How far the day swings.</param>
    /// <param name="wind">How far the wind swings.</param>
    /// <param name="weekend">What a weekend has more.</param>
    public static double[] Values(int days, uint seed, double level = 200, double day = 40, double wind = 50, double weekend = 0)
    {
        var values = new double[days * 24];
        var (state, weather, noise) = (seed, 0.0, 0.0);
        for (var i = 0; i < values.Length; i++)
        {
            // An autoregression that forgets in two days, as weather does.
            weather = (0.98 * weather) + (0.2 * Random(ref state));
            noise = Random(ref state);
            values[i] = level + (day * Math.Sin(2 * Math.PI * i / 24)) + (wind * weather) + (0.02 * level * noise) + (i / 24 % 7 >= 5 ? weekend : 0);
        }

        return values;
    }

    public static HourlyHistory History(int days, uint seed = 1) => new(Start, Values(days, seed));

    // Nearly normal: the sum of twelve numbers from 0 to 1, less 6.
    private static double Random(ref uint state)
    {
        var sum = -6.0;
        for (var n = 0; n < 12; n++)
        {
            state = (state * 1664525) + 1013904223;
            sum += state / (double)uint.MaxValue;
        }

        return sum;
    }
}
