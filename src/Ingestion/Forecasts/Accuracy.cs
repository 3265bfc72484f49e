using Pylon.Forecasting.Models;

namespace Pylon.Ingestion.Forecasts;

/// <summary>Holds forecasts against what came.</summary>
internal static class Accuracy
{
    /// <summary>The sums by day, hours ahead and model, of every hour from the first day on that came.</summary>
    /// <param name="forecasts">As they were known at their origins.</param>
    /// <param name="start">The start of the first hour of the two lists.</param>
    /// <param name="came">What the forecasts are held against; NaN where it is not known.</param>
    /// <param name="known">The values of which the simple forecasts repeat the last day and week.</param>
    /// <param name="firstDay">Hours before it do not count.</param>
    public static IReadOnlyCollection<AccuracySums> Measure(
        IEnumerable<IssuedForecast> forecasts, DateTimeOffset start, double[] came, double[] known, DateOnly firstDay)
    {
        var sums = new Dictionary<(DateOnly, int, string), AccuracySums>();
        foreach (var forecast in forecasts)
        {
            var origin = (int)(forecast.Origin - start).TotalHours;
            for (var k = 0; k < forecast.Values.Count; k++)
            {
                var day = DateOnly.FromDateTime(forecast.Origin.AddHours(k).UtcDateTime);
                if (day < firstDay || At(came, origin + k) is not { } actual || forecast.Values[k] is not { } value)
                    continue;
                var (block, model) = ((k / ErrorQuantiles.BlockHours * ErrorQuantiles.BlockHours) + 1, forecast.Model);
                if (!sums.TryGetValue((day, block, model), out var sum))
                    sums.Add((day, block, model), sum = new AccuracySums(day, block, model));
                sum.Add(value, actual, forecast.HalfWidth80[k], forecast.HalfWidth95[k]);
                if (At(known, origin - 24 + (k % 24)) is { } lastDay && At(known, origin - 168 + k) is { } lastWeek)
                    sum.AddNaive(lastDay - actual, lastWeek - actual);
            }
        }

        return sums.Values;
    }

    private static double? At(double[] values, int hour) => hour >= 0 && hour < values.Length && double.IsFinite(values[hour]) ? values[hour] : null;
}
