using System.Globalization;
using Pylon.Forecasting.Planning.Series;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Scenarios;

/// <summary>Carbon intensities, scaled: of a file, or a synthetic year of hours with days, weeks, seasons and weather.</summary>
internal static class PlanValues
{
    private const int Hours = 8_760;

    public static long[] Read(string? file) => file is null ? Synthetic() : [.. Lines(file)];

    // Fluctuates around 180 gCO2/kWh; weather is a random walk that is pulled back.
    private static long[] Synthetic()
    {
        var (random, values, weather) = (new Random(2022), new long[Hours], 0.0);
        for (var hour = 0; hour < Hours; hour++)
        {
            weather = (0.97 * weather) + (random.NextDouble() - 0.5) * 40;
            var day = 35 * Math.Sin(2 * Math.PI * (hour - 10) / 24);
            var week = hour / 24 % 7 >= 5 ? -25 : 0;
            var season = 30 * Math.Cos(2 * Math.PI * hour / Hours);
            SeriesScale.TryCarbon(Math.Max(20, 180 + day + week + season + weather), out values[hour]);
        }

        return values;
    }

    private static IEnumerable<long> Lines(string file)
    {
        if (!File.Exists(file))
            throw new StackException($"{file} does not exist");
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            if (double.TryParse(line.Split(',')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && SeriesScale.TryCarbon(value, out var scaled))
                yield return scaled;
            else if (number > 1 && line.Length > 0)
                throw new StackException($"{file}:{number}: the first column must be a carbon intensity of 0 to {SeriesScale.MaxCarbon} gCO2/kWh");
        }
    }
}
