using Pylon.Insights.Dashboard;

namespace Pylon.Insights.Tests.Dashboard;

public sealed class DailyForecasterTests
{
    // A Thursday.
    private static readonly DateOnly Today = new(2026, 11, 26);
    private static readonly DateTimeOffset Start = EmissionHistory.StartOf(Today);
    private static readonly Dictionary<int, RegionIntensity> NoIntensity = [];

    [Fact]
    public void A_sparse_flow_is_forecast_by_the_mean_of_the_same_weekday()
    {
        // One event a day at noon, 10 kg times the number of the weekday; none on Sundays.
        var history = Of(Daily(56, day => 10.0 * (int)day.DayOfWeek));

        var forecast = DailyForecaster.Forecast(history, NoIntensity);

        Assert.Equal("weekday-mean", forecast.Model);
        Assert.Equal([40.0, 50, 60, 0, 10, 20, 30], forecast.Kg);
        Assert.Equal(forecast.Kg, forecast.Low);
        Assert.Equal(forecast.Kg, forecast.High);
        Assert.Empty(forecast.Notes);
    }

    [Fact]
    public void The_mean_is_that_of_eight_weeks_and_not_of_more()
    {
        // Nine weeks and more ago it was ten times as much.
        var history = Of(Daily(77, day => day < Today.AddDays(-56) ? 1000 : 100));

        Assert.Equal(Enumerable.Repeat(100.0, 7), DailyForecaster.Forecast(history, NoIntensity).Kg);
    }

    [Fact]
    public void The_band_holds_the_share_of_the_past_errors_that_it_says()
    {
        // Each third day has an event more.
        var history = Of(Daily(77, day => day.DayNumber % 3 == 0 ? 160 : 100));

        var forecast = DailyForecaster.Forecast(history, NoIntensity);

        Assert.All(forecast.Kg, kg => Assert.InRange(kg, 100, 160));
        // 80 % of the days lie within it, which are the two of three at least.
        Assert.All(forecast.Kg.Zip(forecast.Low!, forecast.High!), day => Assert.True(day.Second <= 100 && day.First < day.Third));
    }

    [Fact]
    public void Bands_of_noise_hold_what_comes_about_as_often_as_they_say()
    {
        var random = new Random(20261126);
        var noise = Enumerable.Range(0, 400).Select(_ => 100 + (80 * random.NextDouble())).ToArray();
        var (inside, all) = (0, 0);
        for (var day = 77; day < 393; day++)
        {
            var history = Of([.. Enumerable.Range(0, 77).Select(back => new HistoryHour(null, Start.AddDays(back).AddHours(12), 1, noise[day - 77 + back], 1, 0))]);
            var forecast = DailyForecaster.Forecast(history, NoIntensity);
            for (var ahead = 0; ahead < 7; ahead++, all++)
                inside += noise[day + ahead] >= forecast.Low![ahead] && noise[day + ahead] <= forecast.High![ahead] ? 1 : 0;
        }

        Assert.InRange((double)inside / all, 0.76, 0.86);
    }

    [Fact]
    public void With_less_than_two_weeks_the_mean_of_all_days_is_the_forecast_and_claims_no_band()
    {
        var history = Of(Daily(10, day => day.DayNumber % 2 == 0 ? 90 : 110));

        var forecast = DailyForecaster.Forecast(history, NoIntensity);

        Assert.Equal("daily-mean", forecast.Model);
        Assert.Equal(Enumerable.Repeat(100.0, 7), forecast.Kg);
        Assert.Null(forecast.Low);
        Assert.Equal("Only 10 full days of events are known: the forecast is their mean. From 14 days on it knows the days of the week.", Assert.Single(forecast.Notes));
    }

    [Fact]
    public void With_two_weeks_the_weekdays_are_known_but_no_band()
    {
        var forecast = DailyForecaster.Forecast(Of(Daily(15, _ => 100)), NoIntensity);

        Assert.Equal("weekday-mean", forecast.Model);
        Assert.Null(forecast.High);
        Assert.Contains("too few errors", Assert.Single(forecast.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_events_there_is_no_history()
    {
        Assert.Null(EmissionHistory.Of(Today, [], null));
    }

    [Fact]
    public void Days_after_the_last_event_of_anybody_are_not_known_and_not_zero()
    {
        var hours = Daily(56, _ => 100).Where(hour => hour.Hour < Start.AddDays(70)).ToList();
        var history = EmissionHistory.Of(Today, hours, hours[^1].Hour)!;

        var forecast = DailyForecaster.Forecast(history, NoIntensity);

        Assert.Equal(49, history.KnownDays);
        Assert.Equal(Enumerable.Repeat(100.0, 7), forecast.Kg);
        Assert.Contains("The last events before today are of 2026-11-18: the days after it are not known, and not 0.", forecast.Notes);
    }

    [Fact]
    public void Events_that_ended_weeks_ago_still_have_a_forecast()
    {
        var hours = Daily(77, day => 10.0 * (int)day.DayOfWeek).Where(hour => hour.Hour < Start.AddDays(20)).ToList();
        var history = EmissionHistory.Of(Today, hours, hours[^1].Hour)!;

        var forecast = DailyForecaster.Forecast(history, NoIntensity);

        Assert.Equal([40.0, 50, 60, 0, 10, 20, 30], forecast.Kg);
        Assert.Equal(2, forecast.Notes.Count);
    }

    [Fact]
    public void A_group_that_began_lately_is_not_zero_before()
    {
        List<HistoryHour> hours = [.. Daily(77, _ => 100), .. Daily(3, _ => 12).Select(hour => hour with { RegionId = 5 })];

        var forecast = DailyForecaster.Forecast(Of(hours), NoIntensity);

        Assert.Equal("daily-mean, weekday-mean", forecast.Model);
        Assert.Equal(Enumerable.Repeat(112.0, 7), forecast.Kg);
        Assert.NotNull(forecast.Low);
    }

    [Fact]
    public void Days_without_events_of_an_entity_are_zero_while_others_have_events()
    {
        var hours = Daily(56, _ => 70).Where(hour => hour.Hour.DayOfWeek == DayOfWeek.Monday).ToList();
        var history = EmissionHistory.Of(Today, hours, Start.AddDays(76).AddHours(20))!;

        Assert.Equal([0.0, 0, 0, 0, 70, 0, 0], DailyForecaster.Forecast(history, NoIntensity).Kg);
    }

    [Fact]
    public void A_dense_flow_is_forecast_by_its_hours()
    {
        // Alternating weeks have no weekday mean, but the last hours tell the level.
        var history = Of(Hourly(77, (hour, n) => 10 + Math.Sin(2 * Math.PI * hour.Hour / 24) + (Math.Sin(n / 230.0) * 5)));

        var forecast = DailyForecaster.Forecast(history, NoIntensity);

        Assert.Equal("ridge", forecast.Model);
        Assert.All(forecast.Kg, kg => Assert.InRange(kg, 100, 400));
        Assert.Equal(forecast, DailyForecaster.Forecast(history, NoIntensity), Same);
    }

    [Fact]
    public void Electricity_is_activity_times_intensity()
    {
        // 100 kWh in each hour, at 200 g/kWh until today and 50 g/kWh from today on; 10 % losses.
        var hours = Enumerable.Range(0, 77 * 24).Select(n => new HistoryHour(13, Start.AddHours(n), 100, 22, 1, 0)).ToList();
        var intensity = new RegionIntensity([.. Enumerable.Repeat(200.0, 77 * 24)], [.. Enumerable.Repeat(50.0, 168)], false);

        var forecast = DailyForecaster.Forecast(Of(hours), new Dictionary<int, RegionIntensity> { [13] = intensity });

        Assert.Equal("ridge x intensity", forecast.Model);
        Assert.All(forecast.Kg, kg => Assert.Equal(100 * 24 * 50 * 1.1 / 1000, kg, 6));
    }

    [Fact]
    public void Electricity_without_an_intensity_is_forecast_by_what_it_emitted_and_says_so()
    {
        var hours = Enumerable.Range(0, 77 * 24).Select(n => new HistoryHour(13, Start.AddHours(n), 100, 22, 1, 0)).ToList();

        var forecast = DailyForecaster.Forecast(Of(hours), NoIntensity);

        Assert.All(forecast.Kg, kg => Assert.Equal(24 * 22, kg, 6));
        Assert.Contains("The carbon intensity of region 13 is not available: its electricity is forecast by what it emitted.", forecast.Notes);
    }

    [Fact]
    public void A_gap_of_a_dense_flow_is_missing_and_not_zero()
    {
        var hours = Hourly(77, (_, _) => 10).Where((_, n) => n is < 1200 or >= 1260).ToList();

        var forecast = DailyForecaster.Forecast(Of(hours), NoIntensity);

        Assert.All(forecast.Kg, kg => Assert.Equal(240, kg, 6));
        Assert.Contains("60 hours without events, in gaps of a day or longer, are taken as missing, and not as 0.", forecast.Notes);
    }

    [Fact]
    public void Groups_are_added()
    {
        List<HistoryHour> hours = [.. Daily(56, _ => 30), .. Daily(56, _ => 12).Select(hour => hour with { RegionId = 5 })];

        var forecast = DailyForecaster.Forecast(Of(hours), NoIntensity);

        Assert.Equal(Enumerable.Repeat(42.0, 7), forecast.Kg);
    }

    private static EmissionHistory Of(IReadOnlyList<HistoryHour> hours) => EmissionHistory.Of(Today, hours, Start.AddDays(76).AddHours(23))!;

    private static List<HistoryHour> Daily(int days, Func<DateOnly, double> kg) =>
        [.. Enumerable.Range(1, days).Reverse().Select(back => Today.AddDays(-back)).Select(day => new HistoryHour(null, new DateTimeOffset(day, new TimeOnly(12, 0), TimeSpan.Zero), 1, kg(day), 1, 0))];

    private static List<HistoryHour> Hourly(int days, Func<DateTimeOffset, int, double> kg) =>
        [.. Enumerable.Range(0, days * 24).Select(n => (Hour: Start.AddHours(((77 - days) * 24) + n), n)).Select(each => new HistoryHour(null, each.Hour, 1, kg(each.Hour, each.n), 1, 0))];

    private static bool Same(DailyForecast one, DailyForecast other) =>
        one.Kg.SequenceEqual(other.Kg) && one.Low!.SequenceEqual(other.Low!) && one.High!.SequenceEqual(other.High!);
}
