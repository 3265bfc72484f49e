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

    [Fact]
    public void ModelsReachTheBarsOnBothYears()
    {
        foreach (var year in new[] { ReferenceSeries.Of2022, ReferenceSeries.Of2023() }.OfType<HourlyHistory>())
        {
            var test = new Backtest(year, ForecastKind.CarbonIntensity);
            Func<int, double[]> values(Func<int, ForecastHour[]> model) => origin => [.. model(origin).Select(hour => hour.Value)];

            var own = test.Measure(values(test.Model()));
            var naive = test.Measure(test.LastDay).Zip(test.Measure(test.LastWeek), (day, week) => Math.Min(day.MeanAbsolute, week.MeanAbsolute)).ToList();
            var saving = test.Saving(values(test.Model())).Captured;
            var (of80, of95) = test.Coverage(test.Model());

            Assert.Equal([true, true, true], own.Zip(naive, (mine, other) => 1 - (mine.MeanAbsolute / other)).Zip([0.30, 0.24, 0.17], (skill, bar) => skill >= bar));
            Assert.True(saving >= 60 && saving >= test.Saving(test.LastDay).Captured);
            Assert.InRange(of80, 76, 86);
            Assert.InRange(of95, 91, 98);
        }
    }

    [Fact]
    public void MeanOfBothModelsHasTheErrorThatTheProtocolGives()
    {
        if (ReferenceSeries.Of2022 is not { } year)
            return;
        var test = new Backtest(year, ForecastKind.CarbonIntensity);
        var model = test.Model();

        var errors = test.Measure(origin => [.. model(origin).Select(hour => hour.Value)]);

        // 32.37, 43.81 and 56.86 there: how the direct model was fitted is not told to the last detail.
        Assert.All(errors.Zip([32.37, 43.81, 56.86]), pair => Assert.Equal(pair.Second, pair.First.MeanAbsolute, 0.1));
    }

    /// <summary>Coefficients fitted on one year serve the other one, which they do not know.</summary>
    [Fact]
    public void DirectModelTransfersBetweenYears()
    {
        if (ReferenceSeries.Of2022 is not { } of2022 || ReferenceSeries.Of2023() is not { } of2023)
            return;

        Assert.Equal([0.36, 0.25, 0.19], Skill(of2022, DirectModel.Fit([of2023])), (expected, skill) => skill >= expected);
        Assert.Equal([0.35, 0.26, 0.18], Skill(of2023, DirectModel.Fit([of2022])), (expected, skill) => skill >= expected);

        static IEnumerable<double> Skill(HourlyHistory year, double[][] coefficients)
        {
            var test = new Backtest(year, ForecastKind.CarbonIntensity);
            return test.Measure(Residuals(year, (profile, _, values) => DirectModel.Forecast(profile, coefficients, values)))
                .Zip(test.Measure(test.LastDay), (own, day) => 1 - (own.MeanAbsolute / day.MeanAbsolute));
        }
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
