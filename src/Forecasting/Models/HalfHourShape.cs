namespace Pylon.Forecasting.Models;

/// <summary>
/// From hours to half hours. The models work on hours; a half hour has the value of its hour and, by its place in the day, what
/// half hours differed from their hour in the mean of the last 28 days. The mean of the two stays that of the hour.
/// </summary>
public sealed class HalfHourShape
{
    private const int HalfHours = 28 * 48;
    private readonly double[] _halves = new double[24];

    /// <param name="start">The start of the first half hour, on the hour.</param>
    /// <param name="halfHours">An even number of values; NaN where there is none.</param>
    public HalfHourShape(DateTimeOffset start, ReadOnlySpan<double> halfHours)
    {
        var counts = new int[24];
        var first = start.ToUniversalTime().Hour;
        for (var i = Math.Max(0, halfHours.Length - HalfHours) / 2; i < halfHours.Length / 2; i++)
        {
            var half = (halfHours[2 * i] - halfHours[(2 * i) + 1]) / 2;
            if (!double.IsFinite(half))
                continue;
            var hour = (first + i) % 24;
            _halves[hour] += half;
            counts[hour]++;
        }

        for (var hour = 0; hour < 24; hour++)
            _halves[hour] /= Math.Max(1, counts[hour]);
    }

    /// <summary>What the half hour that starts then is above its hour.</summary>
    public double Above(DateTimeOffset halfHour)
    {
        var time = halfHour.UtcDateTime;
        return time.Minute < 30 ? _halves[time.Hour] : -_halves[time.Hour];
    }
}
