namespace Pylon.Forecasting.Models;

/// <summary>
/// The hourly values of a series, without a hole: from the first to the last hour that has a value, the oldest first.
/// A missing hour is filled between its neighbours: the hour-of-day mean, and on a straight line what they differ from it.
/// Hours are those of UTC, so a day always has 24 of them.
/// </summary>
public sealed class HourlyHistory
{
    private const int Day = 24;
    private readonly double[] _values;

    /// <param name="start">The start of the first hour.</param>
    /// <param name="values">By hour; NaN where there is none.</param>
    public HourlyHistory(DateTimeOffset start, ReadOnlySpan<double> values)
    {
        var from = 0;
        while (from < values.Length && !double.IsFinite(values[from]))
            from++;
        var to = values.Length;
        while (to > from && !double.IsFinite(values[to - 1]))
            to--;
        Start = start.ToUniversalTime().AddHours(from);
        _values = values[from..to].ToArray();
        MissingHours = Fill();
    }

    /// <summary>The start of the first hour with a value.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>The end of the last hour with a value, where a forecast starts.</summary>
    public DateTimeOffset End => Start.AddHours(_values.Length);

    /// <summary>From the first to the last hour with a value.</summary>
    public int Hours => _values.Length;

    /// <summary>How many of these had no value and were filled.</summary>
    public int MissingHours { get; }

    internal ReadOnlySpan<double> Values => _values;

    /// <summary>The hour of the day (UTC) of a position.</summary>
    internal int HourOf(int position) => (Start.Hour + position) % Day;

    /// <summary>An hour is the mean of its two half hours, or the one that is known.</summary>
    /// <param name="start">The start of the first half hour, on the hour.</param>
    /// <param name="halfHours">An even number of values; NaN where there is none.</param>
    public static HourlyHistory FromHalfHours(DateTimeOffset start, ReadOnlySpan<double> halfHours)
    {
        var hours = new double[halfHours.Length / 2];
        for (var i = 0; i < hours.Length; i++)
        {
            var (first, second) = (halfHours[2 * i], halfHours[(2 * i) + 1]);
            hours[i] = !double.IsFinite(first) ? second : double.IsFinite(second) ? (first + second) / 2 : first;
        }

        return new HourlyHistory(start, hours);
    }

    private int Fill()
    {
        double[]? shape = null;
        var missing = 0;
        for (var i = 1; i < _values.Length; i++)
        {
            if (double.IsFinite(_values[i]))
                continue;
            shape ??= HourOfDayMeans();
            var before = i - 1;
            var after = i;
            while (!double.IsFinite(_values[after]))
                after++;
            var (left, right) = (_values[before] - shape[HourOf(before)], _values[after] - shape[HourOf(after)]);
            for (; i < after; i++, missing++)
                _values[i] = shape[HourOf(i)] + left + ((right - left) * (i - before) / (after - before));
        }

        return missing;
    }

    // An hour of the day that never has a value has the mean of all.
    private double[] HourOfDayMeans()
    {
        var (sums, counts) = (new double[Day], new int[Day]);
        for (var i = 0; i < _values.Length; i++)
        {
            if (!double.IsFinite(_values[i]))
                continue;
            sums[HourOf(i)] += _values[i];
            counts[HourOf(i)]++;
        }

        var mean = sums.Sum() / counts.Sum();
        return [.. sums.Select((sum, hour) => counts[hour] == 0 ? mean : sum / counts[hour])];
    }
}
