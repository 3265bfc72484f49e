using Pylon.Insights.Baselines;

namespace Pylon.Insights.Hotspots;

/// <summary>An entity that a scan looks at, with what is known of it.</summary>
internal sealed record WatchedEntity(
    long EntityRef, Guid OperatorId, string EntityType, string Entity, string Kind, short? RegionId, string TimeZone, bool IsSparse, double Mean,
    DateTimeOffset Through, DateTimeOffset Newest)
{
    /// <summary>The first hour that is judged.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>The table, by hour of week.</summary>
    public Dictionary<short, Baseline> Baselines { get; } = [];

    /// <summary>Its hours, from some time before <see cref="From"/> on.</summary>
    public List<ActivityHour> Rows { get; } = [];

    /// <summary>
    /// True when the table knows the hours that are judged, and so may not judge them: what is normal is computed as it
    /// was before each. Always so for days.
    /// </summary>
    public bool IsAsOf => IsSparse || From <= Through;

    /// <summary>The first hour that has to be read.</summary>
    public DateTimeOffset Since => From - TimeSpan.FromDays(IsAsOf ? 7 * (EntityHistory.WeeksBack + 1) : 8);
}
