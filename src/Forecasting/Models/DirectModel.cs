namespace Pylon.Forecasting.Models;

/// <summary>
/// For each block of 6 hours ahead a linear model of its own over 10 features of the residual: the last two hours, the means
/// of the last 3, 6, 12, 24, 72 and 168 hours, and the same hour of the last known day and week.
/// </summary>
/// <remarks>
/// Its coefficients are data (<see cref="DirectCoefficients"/>), fitted once on two series. There every residual is divided by
/// the mean of its 28 days, so that the coefficients fit other years and countries. In a forecast that mean cancels out.
/// </remarks>
internal static class DirectModel
{
    public const int Features = 10;
    private const double Penalty = 2;
    private static readonly int[] Means = [3, 6, 12, 24, 72, 168];

    /// <summary>The residuals of the hours from the end of the profile on.</summary>
    public static void Forecast(Profile profile, double[][] coefficients, Span<double> residuals)
    {
        Span<double> features = stackalloc double[Features];
        Recent(profile, features);
        for (var k = 0; k < residuals.Length; k++)
        {
            SameHour(profile, k, features);
            var weights = coefficients[Math.Min(k / ErrorQuantiles.BlockHours, ErrorQuantiles.Blocks - 1)];
            var sum = 0.0;
            for (var n = 0; n < Features; n++)
                sum += weights[n] * features[n];
            residuals[k] = sum;
        }
    }

    /// <summary>Fits the coefficients on every hour of the histories that has 56 days before it and 7 after.</summary>
    public static double[][] Fit(IReadOnlyList<HourlyHistory> histories)
    {
        var equations = Enumerable.Range(0, ErrorQuantiles.Blocks).Select(_ => new LinearEquations(Features)).ToArray();
        Span<double> features = stackalloc double[Features];
        Span<double> scaled = stackalloc double[Features];
        foreach (var history in histories)
        {
            for (var origin = 56 * 24; origin + Forecaster.Horizon <= history.Hours; origin++)
            {
                var profile = new Profile(history, origin);
                Recent(profile, features);
                for (var k = 0; k < Forecaster.Horizon; k++)
                {
                    SameHour(profile, k, features);
                    for (var n = 0; n < Features; n++)
                        scaled[n] = features[n] / profile.Mean;
                    equations[k / ErrorQuantiles.BlockHours].Add(scaled, profile.Residual(origin + k) / profile.Mean);
                }
            }
        }

        return [.. equations.Select(one => one.Solve(Penalty))];
    }

    private static void Recent(Profile profile, Span<double> features)
    {
        features[0] = profile.Residual(profile.End - 1);
        features[1] = profile.Residual(profile.End - 2);
        var (sum, next) = (0.0, 0);
        for (var back = 1; back <= Means[^1]; back++)
        {
            sum += profile.Residual(profile.End - back);
            if (back == Means[next])
                features[2 + next++] = sum / back;
        }
    }

    // Of the last day and the last week that are known.
    private static void SameHour(Profile profile, int ahead, Span<double> features)
    {
        features[^2] = profile.Residual(profile.End + (ahead % 24) - 24);
        features[^1] = profile.Residual(profile.End + (ahead % 168) - 168);
    }
}
