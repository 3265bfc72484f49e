namespace Pylon.Forecasting.Models;

/// <summary>
/// Autoregression on the residual from the profile: r(t) = Σ w(l) r(t-l). The weights are fitted over the last 56 days of a
/// history; a forecast applies them step by step, each on those before.
/// </summary>
internal sealed class RidgeModel
{
    /// <summary>How far back the lags reach, in hours.</summary>
    public const int Reach = 168;

    // Of the mean square of the residuals, so that a series in another unit gets the same weights. On the intensity of
    // Great Britain in 2022 it is about 50,000.
    private const double Penalty = 0.0075;

    private const int FitHours = 56 * 24;
    private static readonly int[] Lags = [1, 2, 3, 24, 25, 48, 168];
    private readonly double[] _weights;

    private RidgeModel(double[] weights) => _weights = weights;

    public static RidgeModel Fit(HourlyHistory history)
    {
        var profile = new Profile(history, history.Hours);
        var equations = new LinearEquations(Lags.Length);
        Span<double> features = stackalloc double[Lags.Length];
        for (var i = Math.Max(Reach, history.Hours - FitHours); i < history.Hours; i++)
        {
            for (var n = 0; n < Lags.Length; n++)
                features[n] = profile.Residual(i - Lags[n]);
            equations.Add(features, profile.Residual(i));
        }

        return new RidgeModel(equations.Solve(Penalty * equations.MeanSquare()));
    }

    /// <summary>The residuals of the hours from the end of the profile on.</summary>
    public void Forecast(Profile profile, Span<double> residuals)
    {
        for (var k = 0; k < residuals.Length; k++)
        {
            var sum = 0.0;
            for (var n = 0; n < Lags.Length; n++)
            {
                var at = k - Lags[n];
                sum += _weights[n] * (at >= 0 ? residuals[at] : profile.Residual(profile.End + at));
            }

            residuals[k] = sum;
        }
    }
}
