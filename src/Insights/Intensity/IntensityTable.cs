namespace Pylon.Insights.Intensity;

/// <summary>The carbon intensities that were read for some periods.</summary>
/// <param name="days">Of the regions; a day that is absent could not be read.</param>
/// <param name="problem">Why a day could not be read, as the end of a sentence; empty when all could.</param>
internal sealed class IntensityTable(IReadOnlyDictionary<DayKey, DayValues> days, string problem)
{
    private const string NoValue = "Ingestion has no carbon intensity for it";

    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    public static IntensityTable Empty { get; } = new(new Dictionary<DayKey, DayValues>(), "");

    /// <summary>Each half hour counts as long as the period covers it.</summary>
    public GridRate RateOf(Period period)
    {
        decimal sum = 0, known = 0, missing = 0;
        var (isSynthetic, isUnread) = (false, false);
        var start = period.Start.ToUniversalTime();
        var end = period.End.ToUniversalTime();
        for (var at = Floor(start); at < end; at += HalfHour)
        {
            var from = at > start ? at : start;
            var to = at + HalfHour < end ? at + HalfHour : end;
            var seconds = (decimal)(to - from).Ticks / TimeSpan.TicksPerSecond;
            var isRead = days.TryGetValue(new DayKey(period.RegionId, DateOnly.FromDateTime(at.UtcDateTime)), out var day);
            var index = (int)(at.TimeOfDay / HalfHour);
            if (isRead && day!.Grams[index] is { } grams)
            {
                sum += grams * seconds;
                known += seconds;
                isSynthetic |= day.Synthetic[index];
            }
            else
            {
                missing += seconds;
                isUnread |= !isRead;
            }
        }

        return new GridRate($"ci:{period.RegionId}", sum, known, missing / (known + missing), isSynthetic, missing == 0 ? "" : isUnread ? problem : NoValue);
    }

    /// <summary>The values of half hours in a row, and whether any is synthetic.</summary>
    /// <param name="regionId">1 to 18.</param>
    /// <param name="start">Of a half hour.</param>
    /// <param name="count">How many.</param>
    public (decimal?[] Grams, bool IsSynthetic) HalfHours(int regionId, DateTimeOffset start, int count)
    {
        var (grams, isSynthetic) = (new decimal?[count], false);
        for (var n = 0; n < count; n++)
        {
            var at = (start + (n * HalfHour)).ToUniversalTime();
            if (!days.TryGetValue(new DayKey(regionId, DateOnly.FromDateTime(at.UtcDateTime)), out var day))
                continue;
            var index = (int)(at.TimeOfDay / HalfHour);
            grams[n] = day.Grams[index];
            isSynthetic |= day.Synthetic[index] && grams[n] is not null;
        }

        return (grams, isSynthetic);
    }

    /// <summary>The start of the half hour that contains a time.</summary>
    public static DateTimeOffset Floor(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % HalfHour.Ticks), TimeSpan.Zero);
}
