namespace Pylon.Forecasting.Models;

/// <summary>The mean of the last 28 days and how each hour of the day deviates from it; what is left of a value is its residual.</summary>
internal sealed class Profile
{
    private const int Hours = 28 * 24;
    private const double LeastSpread = 1e-9;
    private readonly HourlyHistory _history;
    private readonly double[] _expected = new double[24];

    /// <param name="history">The values.</param>
    /// <param name="end">Only those before this position count; at least 24.</param>
    public Profile(HourlyHistory history, int end)
    {
        (_history, End) = (history, end);
        var from = Math.Max(0, end - Hours);
        var counts = new int[24];
        for (var i = from; i < end; i++)
        {
            Mean += history.Values[i];
            _expected[history.HourOf(i)] += history.Values[i];
            counts[history.HourOf(i)]++;
        }

        Mean /= end - from;
        for (var hour = 0; hour < 24; hour++)
            _expected[hour] /= counts[hour];
        for (var i = from; i < end; i++)
            Spread += Math.Abs(Residual(i)) / (end - from);
        Spread = Math.Max(Spread, LeastSpread);
    }

    public int End { get; }

    public double Mean { get; }

    /// <summary>The mean of the absolute residuals; more than 0 also where a series never moves.</summary>
    public double Spread { get; }

    /// <summary>What the profile says of a position, also of a later one.</summary>
    public double Expected(int position) => _expected[_history.HourOf(position)];

    public double Residual(int position) => _history.Values[position] - Expected(position);
}
