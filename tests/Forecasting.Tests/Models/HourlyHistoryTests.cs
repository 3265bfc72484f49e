using Pylon.Forecasting.Models;

namespace Pylon.Forecasting.Tests.Models;

public sealed class HourlyHistoryTests
{
    private static readonly DateTimeOffset Start = MadeSeries.Start;

    [Fact]
    public void HistoryGoesFromTheFirstToTheLastKnownHour()
    {
        var history = new HourlyHistory(Start, [double.NaN, double.NaN, 5, double.NaN, 9, double.PositiveInfinity]);

        Assert.Equal((Start.AddHours(2), Start.AddHours(5), 3, 1), (history.Start, history.End, history.Hours, history.MissingHours));
        Assert.Equal(2, history.HourOf(0));
    }

    [Fact]
    public void HistoryWithoutAnyValueIsEmpty()
    {
        var history = new HourlyHistory(Start, [double.NaN, double.NaN]);

        Assert.Equal((0, 0), (history.Hours, history.MissingHours));
        Assert.Null(Forecaster.Fit(history, ForecastKind.Price));
    }

    [Fact]
    public void GapIsFilledWithTheShapeOfTheDayOnAStraightLine()
    {
        // A day that swings, and a level that rises by 1 an hour.
        double[] whole = [.. Enumerable.Range(0, 28 * 24).Select(i => (50 * Math.Sin(2 * Math.PI * i / 24)) + (i / 24))];
        var holed = whole.ToArray();
        holed.AsSpan(300, 48).Fill(double.NaN);

        var history = new HourlyHistory(Start, holed);

        Assert.Equal(48, history.MissingHours);
        for (var i = 300; i < 348; i++)
            Assert.Equal(whole[i], history.Values[i], 1.5);
    }

    [Fact]
    public void HourIsTheMeanOfItsHalfHoursOrTheOneThatIsKnown()
    {
        var history = HourlyHistory.FromHalfHours(Start, [1, 3, double.NaN, 8, 6, double.NaN, double.NaN, double.NaN, 2, 2]);

        Assert.Equal([2.0, 8, 6], history.Values[..3].ToArray());
        Assert.Equal((5, 1), (history.Hours, history.MissingHours));
    }

    [Fact]
    public void HalfHoursKeepTheMeanOfTheirHour()
    {
        // On the hour 4 more than half past, except at 5 o'clock.
        double[] halfHours = [.. Enumerable.Range(0, 30 * 48).Select(i => 100 + (i / 2 % 24 == 5 ? 0 : i % 2 == 0 ? 2.0 : -2))];

        var shape = new HalfHourShape(Start, halfHours);

        Assert.Equal((2, -2), (shape.Above(Start.AddHours(3)), shape.Above(Start.AddHours(3.5))));
        Assert.Equal((0, 0), (shape.Above(Start.AddHours(5)), shape.Above(Start.AddHours(5.5))));
    }
}
