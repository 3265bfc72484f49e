using Pylon.Forecasting.Models;

namespace Pylon.Insights.Dashboard;

/// <summary>One way to forecast a group. Pure.</summary>
/// <param name="Name">In answers.</param>
/// <param name="At">The seven days from a day on, from the days before it alone; null where they do not suffice.</param>
internal sealed record GroupModel(string Name, Func<int, double[]?> At)
{
    public const string WeekdayMean = "weekday-mean";
    public const string DailyMean = "daily-mean";

    /// <summary>The days that a mean by weekday needs: each weekday twice.</summary>
    public const int WeekdayDays = 14;

    private const int Day = 24;
    private const int Week = 7;
    private const int MostWeeks = 8;
    private const int CalibrationHours = 28 * Day;

    /// <summary>The same, which computes each day once.</summary>
    public GroupModel Once()
    {
        var (at, known) = (At, new Dictionary<int, double[]?>());
        return this with { At = day => known.TryGetValue(day, out var forecast) ? forecast : known[day] = at(day) };
    }

    /// <summary>The mean of the same day of the week over at most 8 weeks; with less than two weeks that of all days.</summary>
    public static GroupModel ByDay(EmissionGroup group, EmissionHistory history)
    {
        var days = Enumerable.Range(0, EmissionHistory.Days).Select(day => day >= group.FirstDay && day <= history.LastDay ? group.KnownKgOf(day) : null).ToArray();
        var byWeekday = history.LastDay - group.FirstDay + 1 >= WeekdayDays;
        // What began later than the rest was expected by nobody before, and by its mean at first.
        var isNew = group.FirstDay > history.FirstDay;
        return new GroupModel(byWeekday ? WeekdayMean : DailyMean, origin =>
        {
            var known = days[..Math.Min(origin, history.LastDay + 1)];
            if (byWeekday && !isNew && known.Length - group.FirstDay < WeekdayDays)
                return null;
            var mean = known.Average() ?? (isNew ? 0.0 : (double?)null);
            return mean is null ? null : [.. Enumerable.Range(origin, DailyForecast.Days).Select(day => (byWeekday ? SameWeekday(known, day) : null) ?? mean.Value)];
        });
    }

    /// <summary>A model of the hours, summed by day; null when they do not suffice.</summary>
    public static GroupModel? ByHour(EmissionGroup group, EmissionHistory history) =>
        Hourly.Fit(group.Kg, history, ForecastKind.Demand) is { } kg
            ? new GroupModel(kg.Model, origin => kg.Forecast(origin) is { } hours ? ByDayOf(hours) : null)
            : null;

    /// <summary>
    /// Activity times carbon intensity. The factor between that and what was emitted (losses, cooling, other fuels) is the one
    /// of the last 28 days.
    /// </summary>
    public static GroupModel? ByIntensity(EmissionGroup group, EmissionHistory history, RegionIntensity intensity)
    {
        if (Hourly.Fit(group.Activity, history, ForecastKind.Demand) is not { } activity
            || Hourly.Fit(intensity.Past, history, ForecastKind.CarbonIntensity) is not { } past
            || Factor(group, history, intensity.Past) is not { } factor)
        {
            return null;
        }

        return new GroupModel($"{activity.Model} x intensity", origin =>
        {
            // For an earlier day nobody knows any more what was forecast then; the model's own forecast of the intensity stands for it.
            var intensities = origin == EmissionHistory.Days ? intensity.Next : past.Forecast(origin);
            if (intensities is null || activity.Forecast(origin) is not { } hours)
                return null;
            for (var k = 0; k < hours.Length; k++)
                hours[k] *= factor * intensities[k];
            return ByDayOf(hours);
        });
    }

    // kg for each kWh and g/kWh.
    private static double? Factor(EmissionGroup group, EmissionHistory history, double[] intensity)
    {
        var (kg, product) = (0.0, 0.0);
        var end = (history.LastDay + 1) * Day;
        for (var at = Math.Max(0, end - CalibrationHours); at < end; at++)
        {
            if (!double.IsFinite(group.Kg[at]) || !double.IsFinite(intensity[at]))
                continue;
            kg += group.Kg[at];
            product += group.Activity[at] * intensity[at];
        }

        return product > 0 && kg > 0 ? kg / product : null;
    }

    // A weekday that was missing each time has the mean of all days.
    private static double? SameWeekday(double?[] known, int target)
    {
        var last = target - (Week * (((target - known.Length) / Week) + 1));
        return Enumerable.Range(0, MostWeeks).Select(back => last - (back * Week)).Where(day => day >= 0).Average(day => known[day]);
    }

    private static double[] ByDayOf(double[] hours) => [.. hours.Chunk(Day).Select(day => day.Sum())];

    /// <summary>A model that is fitted once, and asked at many days.</summary>
    private sealed class Hourly
    {
        private readonly double[] _hours;
        private readonly DateTimeOffset _start;
        private readonly Forecaster _forecaster;

        private Hourly(double[] hours, DateTimeOffset start, Forecaster forecaster, string model) =>
            (_hours, _start, _forecaster, Model) = (hours, start, forecaster, model);

        public string Model { get; }

        public static Hourly? Fit(double[] hours, EmissionHistory history, ForecastKind kind)
        {
            var start = EmissionHistory.StartOf(history.Today);
            var all = new HourlyHistory(start, hours);
            var known = all.Hours - all.MissingHours;
            if (known < Forecaster.LevelHours || Forecaster.Fit(all, kind) is not { } forecaster)
                return null;
            return new Hourly(hours, start, forecaster, forecaster.Forecast(all, 1)[0].Model);
        }

        /// <summary>The 168 hours from the start of a day on; null when the hours before it do not suffice.</summary>
        public double[]? Forecast(int origin)
        {
            var before = new HourlyHistory(_start, _hours.AsSpan(0, origin * Day));
            var late = origin * Day - (int)(before.End - _start).TotalHours;
            if (before.Hours - before.MissingHours < Forecaster.LevelHours || late > 0)
                return null;
            return [.. _forecaster.Forecast(before).Select(hour => hour.Value)];
        }
    }
}
