using System.Globalization;

namespace Pylon.Insights.Dashboard;

/// <summary>
/// Forecasts daily totals from a history. Each group gets the model that was right most on the past days; activity times
/// carbon intensity where that is not clearly worse, because it knows what the grid will do. The band is that of the errors
/// which these models made at past days (split conformal prediction). No clock, no chance: equal input gives equal output.
/// </summary>
internal static class DailyForecaster
{
    // One a day, and a week more, because an error of a week ahead is known for an origin a week ago.
    private const int Origins = 42;
    private const int LookedAt = Origins + DailyForecast.Days - 1;
    private const double Preference = 1.1;

    /// <param name="history">With at least one known day.</param>
    /// <param name="intensities">By region; a region that is not in it is forecast by what it emitted.</param>
    public static DailyForecast Forecast(EmissionHistory history, IReadOnlyDictionary<int, RegionIntensity> intensities)
    {
        var models = history.Groups.Select(group => Choose(group, history, intensities)).ToList();
        var kg = Total(models, EmissionHistory.Days)!;
        var widths = Widths(models, history);
        return new DailyForecast(
            string.Join(", ", models.Select(model => model.Name).Distinct().Order(StringComparer.Ordinal)),
            kg,
            widths is null ? null : [.. kg.Zip(widths, (value, width) => Math.Max(0, value - width))],
            widths is null ? null : [.. kg.Zip(widths, (value, width) => value + width)],
            [.. Notes(history, intensities, widths is not null)]);
    }

    private static GroupModel Choose(EmissionGroup group, EmissionHistory history, IReadOnlyDictionary<int, RegionIntensity> intensities)
    {
        var byDay = GroupModel.ByDay(group, history).Once();
        var byHour = group.IsDense ? GroupModel.ByHour(group, history)?.Once() : null;
        var byIntensity = group.IsDense && group.RegionId is { } region && intensities.TryGetValue(region, out var intensity)
            ? GroupModel.ByIntensity(group, history, intensity)?.Once()
            : null;
        var usable = new[] { byDay, byHour, byIntensity }.OfType<GroupModel>().Where(model => model.At(EmissionHistory.Days) is not null).ToList();
        // The first one where no error is known.
        var best = usable.MinBy(model => ErrorOf(model, group, history)) ?? byDay;
        return byIntensity is not null && usable.Contains(byIntensity) && ErrorOf(byIntensity, group, history) <= Preference * ErrorOf(best, group, history) ? byIntensity : best;
    }

    private static double ErrorOf(GroupModel model, EmissionGroup group, EmissionHistory history)
    {
        var errors = ErrorsOf(model.At, group.KnownKgOf, history).SelectMany(errors => errors).ToList();
        return errors.Count > 0 ? errors.Average() : double.MaxValue;
    }

    /// <summary>Of each past day that has a forecast the errors by day ahead, as far as they are known; the latest day first.</summary>
    private static IEnumerable<List<double>> ErrorsOf(Func<int, double[]?> at, Func<int, double?> actual, EmissionHistory history)
    {
        for (var origin = history.LastDay; origin > history.FirstDay && origin > history.LastDay - LookedAt; origin--)
        {
            if (at(origin) is not { } forecast)
                continue;
            var errors = new List<double>(DailyForecast.Days);
            for (var ahead = 0; ahead < DailyForecast.Days && origin + ahead <= history.LastDay; ahead++)
                errors.Add(actual(origin + ahead) is { } kg ? Math.Abs(forecast[ahead] - kg) : double.NaN);
            yield return errors;
        }
    }

    private static double[]? Widths(IReadOnlyList<GroupModel> models, EmissionHistory history)
    {
        if (history.KnownDays < GroupModel.WeekdayDays)
            return null;
        var origins = ErrorsOf(origin => Total(models, origin), history.KnownKgOf, history).ToList();
        var widths = new double[DailyForecast.Days];
        for (var ahead = 0; ahead < widths.Length; ahead++)
        {
            var known = origins.Where(errors => errors.Count > ahead && double.IsFinite(errors[ahead])).Select(errors => errors[ahead]).Take(Origins).Order().ToList();
            var rank = (int)Math.Ceiling(DailyForecast.Level * (known.Count + 1));
            if (rank > known.Count)
                return null;
            widths[ahead] = known[rank - 1];
        }

        return widths;
    }

    private static double[]? Total(IReadOnlyList<GroupModel> models, int origin)
    {
        var total = new double[DailyForecast.Days];
        foreach (var model in models)
        {
            if (model.At(origin) is not { } forecast)
                return null;
            for (var ahead = 0; ahead < total.Length; ahead++)
                total[ahead] += forecast[ahead];
        }

        return total;
    }

    private static IEnumerable<string> Notes(EmissionHistory history, IReadOnlyDictionary<int, RegionIntensity> intensities, bool hasBands)
    {
        if (history.KnownDays < GroupModel.WeekdayDays)
            yield return $"Only {history.KnownDays} full days of events are known: the forecast is their mean. From {GroupModel.WeekdayDays} days on it knows the days of the week.";
        else if (!hasBands)
            yield return $"Only {history.KnownDays} full days of events are known: too few errors of past forecasts to give a band.";
        if (history.LastDay < EmissionHistory.Days - 1)
            yield return $"The last events before today are of {history.Today.AddDays(history.LastDay - EmissionHistory.Days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}: the days after it are not known, and not 0.";
        if (history.Groups.Sum(group => group.GapHours) is > 0 and var missing)
            yield return $"{missing} hours without events, in gaps of a day or longer, are taken as missing, and not as 0.";
        foreach (var region in history.Groups.Where(group => group.IsDense).Select(group => group.RegionId).OfType<int>())
        {
            if (!intensities.TryGetValue(region, out var intensity))
                yield return $"The carbon intensity of region {region} is not available: its electricity is forecast by what it emitted.";
            else if (intensity.IsSynthetic)
                yield return $"The carbon intensity of region {region} is synthetic in part.";
        }
    }
}
