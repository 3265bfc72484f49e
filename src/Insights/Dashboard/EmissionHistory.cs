namespace Pylon.Insights.Dashboard;

/// <summary>What was emitted on the full days before today, by hour and group. Pure.</summary>
internal sealed class EmissionHistory
{
    /// <summary>The days that are read: as many as the hourly models use.</summary>
    public const int Days = Forecasting.Models.Forecaster.UsedHours / 24;

    private EmissionHistory(DateOnly today, int firstDay, int lastDay, IReadOnlyList<EmissionGroup> groups, double estimatedShare)
    {
        (Today, FirstDay, LastDay, Groups, EstimatedShare) = (today, firstDay, lastDay, groups, estimatedShare);
    }

    /// <summary>Day <see cref="Days"/>; the days before it are numbered from 0.</summary>
    public DateOnly Today { get; }

    /// <summary>The first day with an event.</summary>
    public int FirstDay { get; }

    /// <summary>The last day that is known; a day between without events has none, and is not missing.</summary>
    public int LastDay { get; }

    /// <summary>The days that are known.</summary>
    public int KnownDays => LastDay - FirstDay + 1;

    public IReadOnlyList<EmissionGroup> Groups { get; }

    /// <summary>Of the events, 0 to 1.</summary>
    public double EstimatedShare { get; }

    /// <summary>The first hour that is read for a day.</summary>
    public static DateTimeOffset StartOf(DateOnly today) => new(today.AddDays(-Days), TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>kg CO2e of all groups on a day.</summary>
    public double KgOf(int day) => Groups.Sum(group => group.KgOf(day));

    /// <summary>The same; null when it is not known of a group that had begun.</summary>
    public double? KnownKgOf(int day) => Groups.Where(group => day >= group.FirstDay).Select(group => group.KnownKgOf(day)).Aggregate((double?)0, (sum, kg) => sum + kg);

    /// <param name="today">The day that is forecast first.</param>
    /// <param name="hours">From <see cref="StartOf"/> to the start of today.</param>
    /// <param name="lastHour">The last hour before today in which any entity at all has events: later ones are not known.</param>
    /// <returns>Null without events.</returns>
    public static EmissionHistory? Of(DateOnly today, IReadOnlyList<HistoryHour> hours, DateTimeOffset? lastHour)
    {
        if (hours.Count == 0 || lastHour is not { } last)
            return null;
        var start = StartOf(today);
        int Day(DateTimeOffset hour) => (int)(hour - start).TotalDays;
        var (first, end) = (Day(hours.Min(hour => hour.Hour)), Math.Min(Day(last), Days - 1));
        var groups = hours.GroupBy(hour => hour.RegionId).Select(group => EmissionGroup.Of(group.Key, start, group, end)).ToList();
        return new EmissionHistory(today, first, end, groups, (double)hours.Sum(hour => hour.EstimatedEvents) / hours.Sum(hour => hour.Events));
    }
}
