namespace Pylon.Forecasting.Models;

/// <summary>
/// Forecasts of the past, each made from what lay before it, held against what came: an origin a day, the first after 56
/// days, the last with 168 hours left. The origins are at the hour at which the series starts.
/// </summary>
/// <param name="series">Hourly values.</param>
/// <param name="kind">What they are.</param>
public sealed class Backtest(HourlyHistory series, ForecastKind kind)
{
    private const int Day = 24;
    private const int FirstOrigin = 56 * Day;
    private const int RefitHours = 7 * Day;
    private const int JobHours = 6;
    private const int SlackHours = 24;

    /// <summary>Positions in the series.</summary>
    public IEnumerable<int> Origins => Positions(Day);

    /// <summary>The last known value, kept.</summary>
    public double[] Persistence(int origin) => Repeat(origin, 1);

    /// <summary>The last day, repeated.</summary>
    public double[] LastDay(int origin) => Repeat(origin, Day);

    /// <summary>The last week, repeated.</summary>
    public double[] LastWeek(int origin) => Repeat(origin, 7 * Day);

    /// <summary>What <see cref="Forecaster"/> says at each origin, fitted anew every 7 days.</summary>
    /// <param name="change">What happens to the known values before they are used, such as a gap; null for nothing.</param>
    public Func<int, ForecastHour[]> Model(Action<double[]>? change = null)
    {
        var (fitted, fittedAt) = ((Forecaster?)null, 0);
        return origin =>
        {
            var known = series.Values[..origin].ToArray();
            change?.Invoke(known);
            var history = new HourlyHistory(series.Start, known);
            if (fitted is null || origin >= fittedAt + RefitHours)
                (fitted, fittedAt) = (Forecaster.Fit(history, kind)!, origin);
            return fitted.Forecast(history);
        };
    }

    /// <summary>The errors over all origins and the hours ahead to 24, 48 and 168.</summary>
    public BacktestError[] Measure(Func<int, double[]> forecast)
    {
        int[] horizons = [24, 48, Forecaster.Horizon];
        var (absolute, relative, pairs) = (new double[horizons.Length], new double[horizons.Length], new long[horizons.Length]);
        foreach (var origin in Origins)
        {
            var values = forecast(origin);
            for (var k = 0; k < Forecaster.Horizon; k++)
            {
                var actual = series.Values[origin + k];
                var (error, size) = (Math.Abs(values[k] - actual), Math.Abs(values[k]) + Math.Abs(actual));
                for (var n = 0; n < horizons.Length; n++)
                {
                    if (k >= horizons[n])
                        continue;
                    absolute[n] += error;
                    relative[n] += size > 0 ? 2 * error / size : 0;
                    pairs[n]++;
                }
            }
        }

        return [.. horizons.Select((hours, n) => new BacktestError(hours, absolute[n] / pairs[n], 100 * relative[n] / pairs[n]))];
    }

    /// <summary>The share of the actuals that lie in the bands, in per cent of the pairs that have a band.</summary>
    public (double Of80, double Of95) Coverage(Func<int, ForecastHour[]> forecast)
    {
        var (in80, of80, in95, of95) = (0L, 0L, 0L, 0L);
        foreach (var origin in Origins)
        {
            var hours = forecast(origin);
            for (var k = 0; k < hours.Length; k++)
            {
                Count(hours[k].Band80, series.Values[origin + k], ref in80, ref of80);
                Count(hours[k].Band95, series.Values[origin + k], ref in95, ref of95);
            }
        }

        return (100.0 * in80 / of80, 100.0 * in95 / of95);
    }

    /// <summary>
    /// Every 6 hours a job of 6 hours that can wait for 24 is placed where the forecast is lowest. Returns the share of the saving that
    /// perfect knowledge gives, and that saving, both in per cent.
    /// </summary>
    public (double Captured, double Perfect) Saving(Func<int, double[]> forecast)
    {
        var (atOnce, chosen, best) = (0.0, 0.0, 0.0);
        foreach (var origin in Positions(JobHours))
        {
            var actual = series.Values.Slice(origin, JobHours + SlackHours);
            atOnce += Sum(actual, 0);
            chosen += Sum(actual, Lowest(forecast(origin)));
            best += Sum(actual, Lowest(actual));
        }

        return (100 * (atOnce - chosen) / (atOnce - best), 100 * (atOnce - best) / atOnce);
    }

    private static int Lowest(ReadOnlySpan<double> values)
    {
        var lowest = 0;
        for (var start = 1; start <= SlackHours; start++)
        {
            if (Sum(values, start) < Sum(values, lowest))
                lowest = start;
        }

        return lowest;
    }

    private static double Sum(ReadOnlySpan<double> values, int start)
    {
        var sum = 0.0;
        foreach (var value in values.Slice(start, JobHours))
            sum += value;
        return sum;
    }

    private static void Count(ForecastBand? band, double actual, ref long inside, ref long all)
    {
        if (band is not { } range)
            return;
        all++;
        if (actual >= range.Lower && actual <= range.Upper)
            inside++;
    }

    private IEnumerable<int> Positions(int step)
    {
        for (var origin = FirstOrigin; origin + Forecaster.Horizon <= series.Hours; origin += step)
            yield return origin;
    }

    private double[] Repeat(int origin, int hours)
    {
        var values = new double[Forecaster.Horizon];
        for (var k = 0; k < values.Length; k++)
            values[k] = series.Values[origin - hours + (k % hours)];
        return values;
    }
}
