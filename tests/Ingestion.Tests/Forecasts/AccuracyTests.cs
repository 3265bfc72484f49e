using Pylon.Ingestion.Forecasts;

namespace Pylon.Ingestion.Tests.Forecasts;

public sealed class AccuracyTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void ErrorsAreSummedByDayAndHoursAheadAndModel()
    {
        // Midnight of the 9th: 8 hours of forecast, of which the last one has not come.
        double[] came = [.. Enumerable.Range(0, (8 * 24) + 7).Select(hour => (double)hour)];
        var forecast = new IssuedForecast(
            Start.AddDays(8), "level", [193, 193, 193, null, 193, 193, 193, 193], [.. Enumerable.Repeat<float?>(1.5f, 6), null, null], [.. Enumerable.Repeat<float?>(null, 8)]);

        var sums = Accuracy.Measure([forecast], Start, came, came, new DateOnly(2026, 3, 9)).OrderBy(sum => sum.FromHour).ToList();

        Assert.Equal([(1, 5), (7, 1)], sums.Select(sum => (sum.FromHour, sum.Pairs)));
        // Forecast 193 for 192, 193, 194, 196 and 197.
        Assert.Equal((1 + 0 + 1 + 3 + 4, 1 + 0 - 1 - 3 - 4), (sums[0].AbsoluteError, sums[0].Error));
        Assert.Equal((5, 3, 0, 0), (sums[0].Banded80, sums[0].Inside80, sums[0].Banded95, sums[0].Inside95));
        Assert.Equal((0, 5, 5 * 24.0, 5 * 168.0), (sums[1].Banded80, sums[0].NaivePairs, sums[0].LastDayError, sums[0].LastWeekError));
        Assert.Equal(2 * 5.0 / (193 + 198), sums[1].SymmetricError, 12);
        Assert.All(sums, sum => Assert.Equal((new DateOnly(2026, 3, 9), "level"), (sum.Day, sum.Model)));
    }

    [Fact]
    public void HoursBeforeTheFirstDayAndWithoutAnActualDoNotCount()
    {
        double[] came = [.. Enumerable.Range(0, 48).Select(hour => hour == 30 ? double.NaN : 100.0)];
        var forecast = new IssuedForecast(Start.AddHours(18), "published", [.. Enumerable.Repeat<float?>(100, 30)], new float?[30], new float?[30]);

        var sums = Accuracy.Measure([forecast], Start, came, came, new DateOnly(2026, 3, 2));

        Assert.Equal(23, sums.Sum(sum => sum.Pairs));
        Assert.All(sums, sum => Assert.Equal((new DateOnly(2026, 3, 2), 0.0, 0), (sum.Day, sum.AbsoluteError, sum.NaivePairs)));
    }
}
