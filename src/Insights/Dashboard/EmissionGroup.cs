namespace Pylon.Insights.Dashboard;

/// <summary>The hours of the entities that are forecast together: those of one region that use electricity, or all others.</summary>
/// <param name="RegionId">Null for the others.</param>
/// <param name="Activity">kWh by hour; NaN before the first and after the last known day, and in a gap.</param>
/// <param name="Kg">kg CO2e by hour; the same.</param>
/// <param name="FirstDay">Of the group's own events.</param>
/// <param name="GapHours">Hours that are taken as missing and not as 0.</param>
internal sealed record EmissionGroup(int? RegionId, double[] Activity, double[] Kg, int FirstDay, int GapHours)
{
    private const int Day = 24;
    // A flow that has events in most hours stops for a day only when its events are missing.
    private const int GapFrom = 24;
    private const double DenseFrom = 0.5;

    /// <summary>Whether most of the known hours have events.</summary>
    public bool IsDense { get; private init; }

    /// <summary>kg CO2e of a day; what is missing counts as nothing.</summary>
    public double KgOf(int day) => Kg.AsSpan(day * Day, Day).ToArray().Where(double.IsFinite).Sum();

    /// <summary>kg CO2e of a day, whose missing hours are like the known ones; null when more of it is missing than known. Of a group one day at least is known.</summary>
    public double? KnownKgOf(int day)
    {
        var known = Kg.AsSpan(day * Day, Day).ToArray().Where(double.IsFinite).ToList();
        return 2 * known.Count >= Day ? known.Sum() * ((double)Day / known.Count) : null;
    }

    public static EmissionGroup Of(int? region, DateTimeOffset start, IEnumerable<HistoryHour> hours, int lastDay)
    {
        var length = EmissionHistory.Days * Day;
        var (activity, kg, active, firstDay) = (NotKnown(length), NotKnown(length), 0, EmissionHistory.Days);
        foreach (var hour in hours)
        {
            var at = (int)(hour.Hour - start).TotalHours;
            (activity[at], kg[at]) = (hour.Activity, hour.Kg);
            active++;
            firstDay = Math.Min(firstDay, at / Day);
        }

        var known = (lastDay - firstDay + 1) * Day;
        var isDense = active >= DenseFrom * known;
        var gaps = 0;
        for (var at = firstDay * Day; at < (lastDay + 1) * Day;)
        {
            var run = at;
            while (run < (lastDay + 1) * Day && double.IsNaN(kg[run]))
                run++;
            if (isDense && run - at >= GapFrom)
            {
                gaps += run - at;
            }
            else
            {
                Array.Clear(activity, at, run - at);
                Array.Clear(kg, at, run - at);
            }

            at = Math.Max(run, at + 1);
        }

        return new EmissionGroup(region, activity, kg, firstDay, gaps) { IsDense = isDense };
    }

    private static double[] NotKnown(int length)
    {
        var values = new double[length];
        Array.Fill(values, double.NaN);
        return values;
    }
}
