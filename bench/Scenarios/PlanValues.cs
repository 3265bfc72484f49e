using System.Globalization;
using Pylon.Forecasting.Planning.Series;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Scenarios;

/// <summary>Carbon intensities, scaled: of a file, or a synthetic year of hours with days, weeks, seasons and weather.</summary>
internal static class PlanValues
{
    private const int Hours = 8_760;

    /// <summary>The column named carbon_intensity, else the first one with a number in the first line after the header.</summary>
    /// <exception cref="StackException">The file is not there or has something else in that column.</exception>
    public static long[] Read(string path)
    {
        if (!File.Exists(path))
            throw new StackException($"{path} is not there");
        var lines = File.ReadLines(path).Where(line => line.Length > 0).Select(line => line.Split(',')).ToList();
        if (lines.Count < 2)
            throw new StackException($"{path} has no line after its header");
        var named = Array.FindIndex(lines[0], name => name.Trim('"', ' ').StartsWith("carbon_intensity", StringComparison.OrdinalIgnoreCase));
        var column = named >= 0 ? named : Array.FindIndex(lines[1], field => TryScaled(field, out _));
        return [.. lines.Skip(1).Select((fields, n) => TryScaled(fields.ElementAtOrDefault(column), out var value)
            ? value
            : throw new StackException($"{path}, line {n + 2}: must have a carbon intensity of 0 to {SeriesScale.MaxCarbon} gCO2/kWh"))];
    }

    /// <summary>Fluctuates around 180 gCO2/kWh; the weather is a random walk that is pulled back.</summary>
    public static long[] Synthetic()
    {
        var (random, values, weather) = (new Random(2022), new long[Hours], 0.0);
        for (var hour = 0; hour < Hours; hour++)
        {
            weather = (0.97 * weather) + ((random.NextDouble() - 0.5) * 40);
            var day = 35 * Math.Sin(2 * Math.PI * (hour - 10) / 24);
            var week = hour / 24 % 7 >= 5 ? -25 : 0;
            var season = 30 * Math.Cos(2 * Math.PI * hour / Hours);
            SeriesScale.TryCarbon(Math.Max(20, 180 + day + week + season + weather), out values[hour]);
        }

        return values;
    }

    private static bool TryScaled(string? field, out long scaled)
    {
        scaled = 0;
        return double.TryParse(field?.Trim('"', ' '), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && SeriesScale.TryCarbon(value, out scaled);
    }
}
