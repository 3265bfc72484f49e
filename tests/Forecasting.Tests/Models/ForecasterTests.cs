using Pylon.Forecasting.Models;

namespace Pylon.Forecasting.Tests.Models;

public sealed class ForecasterTests
{
    [Fact]
    public void ForecastOfASeriesWithDaysAndWeatherIsBetterThanRepeatingAndItsBandsHold()
    {
        for (var seed = 1u; seed <= 3; seed++)
        {
            var test = new Backtest(MadeSeries.History(300, seed), ForecastKind.CarbonIntensity);
            var model = test.Model();

            var own = test.Measure(Values(model));
            var naive = test.Measure(test.LastDay).Zip(test.Measure(test.LastWeek), (day, week) => Math.Min(day.MeanAbsolute, week.MeanAbsolute)).ToList();
            var (of80, of95) = test.Coverage(test.Model());

            Assert.True(own[0].MeanAbsolute < 0.85 * naive[0] && own[1].MeanAbsolute < 0.85 * naive[1] && own[2].MeanAbsolute < 0.9 * naive[2]);
            Assert.InRange(of80, 76, 86);
            Assert.InRange(of95, 91, 98);
        }
    }

    [Fact]
    public void DemandWithAWeekIsBetterThanRepeatingTheWeek()
    {
        var test = new Backtest(new HourlyHistory(MadeSeries.Start, MadeSeries.Values(200, 5, level: 30_000, day: 6_000, wind: 800, weekend: -4_000)), ForecastKind.Demand);

        var (own, week) = (test.Measure(Values(test.Model())), test.Measure(test.LastWeek));

        Assert.All(own.Zip(week), pair => Assert.True(pair.First.MeanAbsolute < pair.Second.MeanAbsolute, $"{pair.First} {pair.Second}"));
    }

    [Theory]
    [InlineData(23, null)]
    [InlineData(24, ForecastModel.LastDay)]
    [InlineData((8 * 24) - 1, ForecastModel.LastDay)]
    [InlineData(8 * 24, ForecastModel.Level)]
    [InlineData((35 * 24) - 1, ForecastModel.Level)]
    [InlineData(35 * 24, ForecastModel.RidgeDirect)]
    public void ModelFollowsFromTheHoursThatAreKnown(int hours, string? model)
    {
        var values = MadeSeries.Values(60, 1).AsSpan(0, hours + 3).ToArray();
        values.AsSpan(hours / 2, 3).Fill(double.NaN);
        var history = new HourlyHistory(MadeSeries.Start, values);

        var forecast = Forecaster.Fit(history, ForecastKind.CarbonIntensity)?.Forecast(history);

        Assert.Equal(3, history.MissingHours);
        Assert.Equal(model, forecast?.Select(hour => hour.Model).Distinct().Single());
        Assert.True(forecast is null || forecast.Length == 168);
    }

    [Fact]
    public void LastDayIsRepeated()
    {
        var values = MadeSeries.Values(3, 1);
        var history = new HourlyHistory(MadeSeries.Start, values);

        var forecast = Forecaster.Fit(history, ForecastKind.CarbonIntensity)!.Forecast(history);

        for (var k = 0; k < forecast.Length; k++)
            Assert.Equal(values[48 + (k % 24)], forecast[k].Value, 9);
        Assert.All(forecast, hour => Assert.Null(hour.Band80));
    }

    [Fact]
    public void PriceMayBeNegativeAndIsTheLevelMethodsAfterTwoDays()
    {
        var values = MadeSeries.Values(90, 3, level: 10, day: 30, wind: 40);
        var history = new HourlyHistory(MadeSeries.Start, values);

        var price = Forecaster.Fit(history, ForecastKind.Price)!.Forecast(history);
        var intensity = Forecaster.Fit(history, ForecastKind.CarbonIntensity)!.Forecast(history);

        Assert.Equal([.. Enumerable.Repeat(ForecastModel.Ridge, 48), .. Enumerable.Repeat(ForecastModel.Level, 120)], price.Select(hour => hour.Model));
        Assert.Contains(price, hour => hour.Value < 0 && hour.Band80!.Value.Lower < hour.Value);
        Assert.All(intensity, hour => Assert.True(hour.Value >= 0 && hour.Band95!.Value.Lower >= 0));
    }

    [Fact]
    public void SameInputGivesTheSameBytes()
    {
        for (var n = 0; n < 2; n++)
            Assert.Equal(Bytes(), Bytes());

        static byte[] Bytes()
        {
            var history = MadeSeries.History(90);
            var forecast = Forecaster.Fit(history, ForecastKind.CarbonIntensity)!.Forecast(history);
            return [.. forecast.SelectMany(hour => new[] { hour.Value, hour.Band80!.Value.Lower, hour.Band80.Value.Upper, hour.Band95!.Value.Lower, hour.Band95.Value.Upper })
                .SelectMany(BitConverter.GetBytes)];
        }
    }

    [Fact]
    public void WhatIsOlderThanTheUsedHoursChangesNothing()
    {
        var values = MadeSeries.Values(120, 1);
        var used = values.AsSpan(values.Length - Forecaster.UsedHours).ToArray();
        var (all, part) = (new HourlyHistory(MadeSeries.Start, values), new HourlyHistory(MadeSeries.Start.AddHours(values.Length - used.Length), used));

        Assert.Equal(
            Forecaster.Fit(all, ForecastKind.CarbonIntensity)!.Forecast(all),
            Forecaster.Fit(part, ForecastKind.CarbonIntensity)!.Forecast(part));
    }

    [Fact]
    public void ForecastScalesWithItsSeries()
    {
        var values = MadeSeries.Values(90, 1);
        var (one, hundredth) = (new HourlyHistory(MadeSeries.Start, values), new HourlyHistory(MadeSeries.Start, [.. values.Select(value => value / 100)]));

        var (large, small) = (Forecaster.Fit(one, ForecastKind.CarbonIntensity)!.Forecast(one), Forecaster.Fit(hundredth, ForecastKind.CarbonIntensity)!.Forecast(hundredth));

        Assert.All(large.Zip(small), pair => Assert.Equal(pair.First.Value, 100 * pair.Second.Value, 1e-6));
        Assert.All(large.Zip(small), pair => Assert.Equal(pair.First.Band95!.Value.Upper, 100 * pair.Second.Band95!.Value.Upper, 1e-6));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(250)]
    public void SeriesThatNeverMovesStaysWhereItIs(double value)
    {
        var history = new HourlyHistory(MadeSeries.Start, [.. Enumerable.Repeat(value, 90 * 24)]);

        foreach (var kind in Enum.GetValues<ForecastKind>())
        {
            Assert.All(Forecaster.Fit(history, kind)!.Forecast(history), hour =>
            {
                Assert.Equal(value, hour.Value, 9);
                Assert.Equal(value, hour.Band95!.Value.Upper, 6);
            });
        }
    }

    [Fact]
    public void GapOfTwoDaysCostsLittle()
    {
        var test = new Backtest(MadeSeries.History(250, 2), ForecastKind.CarbonIntensity);

        var whole = test.Measure(Values(test.Model()));
        var holed = test.Measure(Values(test.Model(known => known.AsSpan(known.Length - 120, 48).Fill(double.NaN))));

        Assert.All(whole.Zip(holed), pair => Assert.True(pair.Second.MeanAbsolute < 1.15 * pair.First.MeanAbsolute, $"{pair.First} {pair.Second}"));
    }

    [Fact]
    public void FittedModelForecastsFromALaterHistory()
    {
        var values = MadeSeries.Values(100, 1);
        var (earlier, later) = (new HourlyHistory(MadeSeries.Start, values.AsSpan(0, 95 * 24)), new HourlyHistory(MadeSeries.Start, values));

        var forecast = Forecaster.Fit(earlier, ForecastKind.CarbonIntensity)!.Forecast(later, hours: 24);

        Assert.Equal(24, forecast.Length);
        Assert.InRange(forecast.Select((hour, k) => Math.Abs(hour.Value - values[^1])).Min(), 0, 30);
    }

    private static Func<int, double[]> Values(Func<int, ForecastHour[]> model) => origin => [.. model(origin).Select(hour => hour.Value)];
}
