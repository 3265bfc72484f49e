using Pylon.Forecasting.Models;

namespace Pylon.Forecasting.Tests.Models;

/// <summary>The figures of the models on real years, where these are there.</summary>
public sealed class ReferenceAccuracyTests
{
    [Fact]
    public void SimpleForecastsOf2022HaveTheErrorsThatTheProtocolGives()
    {
        if (ReferenceSeries.Of2022 is not { } year)
            return;
        var test = new Backtest(year, ForecastKind.CarbonIntensity);

        Assert.Equal(303, test.Origins.Count());
        Expect(test.Measure(test.Persistence), (41.94, 19.8), (55.24, 25.7), (75.15, 34.5));
        Expect(test.Measure(test.LastDay), (51.21, 23.5), (59.13, 27.0), (71.01, 32.1));
        Expect(test.Measure(test.LastWeek), (74.16, 33.2), (74.10, 33.2), (74.26, 33.3));
        Assert.Equal(18.85, test.Saving(test.LastDay).Perfect, 0.01);
    }

    [Fact]
    public void ModelsOf2022HaveTheErrorsThatTheProtocolGives()
    {
        if (ReferenceSeries.Of2022 is not { } year)
            return;
        var test = new Backtest(year, ForecastKind.CarbonIntensity);

        Expect(test.Measure(Residuals(year, (profile, _, values) => LevelModel.Forecast(profile, values))), (38.04, 17.3), (47.29, 21.4), (58.54, 26.3));
        Expect(test.Measure(Residuals(year, (profile, ridge, values) => ridge.Forecast(profile, values))), (33.26, 15.2), (44.91, 20.4), (57.78, 26.0));
    }

    private static Func<int, double[]> Residuals(HourlyHistory year, Action<Profile, RidgeModel, double[]> forecast)
    {
        var (ridge, fittedAt) = ((RidgeModel?)null, 0);
        return origin =>
        {
            var history = new HourlyHistory(year.Start, year.Values[..origin]);
            if (ridge is null || origin >= fittedAt + 168)
                (ridge, fittedAt) = (RidgeModel.Fit(history), origin);
            var (profile, values) = (new Profile(history, origin), new double[168]);
            forecast(profile, ridge, values);
            return [.. values.Select((value, k) => Math.Max(0, value + profile.Expected(origin + k)))];
        };
    }

    private static void Expect(BacktestError[] errors, params (double MeanAbsolute, double Symmetric)[] expected)
    {
        for (var n = 0; n < expected.Length; n++)
        {
            Assert.Equal(expected[n].MeanAbsolute, errors[n].MeanAbsolute, 0.02);
            Assert.Equal(expected[n].Symmetric, errors[n].SymmetricPercent, 0.1);
        }
    }
}
