using System.Globalization;
using Pylon.Forecasting.Models;

namespace Pylon.Forecasting.Tests.Models;

/// <summary>
/// Real years of Great Britain. They are not ours to ship: they lie in shared/reference beside the checkout; without them the
/// tests have nothing to read and pass.
/// </summary>
internal static class ReferenceSeries
{
    /// <summary>8,760 hours; the file has no times.</summary>
    public static HourlyHistory? Of2022 => Find("windows/gb_2022_hourly.csv") is { } file
        ? new HourlyHistory(Start(2022), [.. Lines(file).Select(line => Number(line))])
        : null;

    /// <summary>The hours of the half-hourly actuals; half hours that are missing are on a straight line.</summary>
    public static HourlyHistory? Of2023()
    {
        if (Find("grid/series/neso_2023_national_intensity.csv") is not { } file)
            return null;
        var (start, halfHours) = (Start(2023), Enumerable.Repeat(double.NaN, 365 * 48).ToArray());
        foreach (var fields in Lines(file).Select(line => line.Split(',')).Where(fields => fields[3].Length > 0))
        {
            var at = (DateTimeOffset.Parse(fields[0], CultureInfo.InvariantCulture) - start).TotalMinutes / 30;
            if (at >= 0 && at < halfHours.Length)
                halfHours[(int)at] = Number(fields[3]);
        }

        return HourlyHistory.FromHalfHours(start, halfHours);
    }

    private static DateTimeOffset Start(int year) => new(year, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static IEnumerable<string> Lines(string file) => File.ReadLines(file).Skip(1).Where(line => line.Length > 0);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string? Find(string path)
    {
        for (var up = new DirectoryInfo(AppContext.BaseDirectory); up is not null; up = up.Parent)
        {
            var file = Path.Combine(up.FullName, "shared", "reference", path);
            if (File.Exists(file))
                return file;
        }

        return null;
    }
}
