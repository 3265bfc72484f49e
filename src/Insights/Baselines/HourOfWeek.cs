namespace Pylon.Insights.Baselines;

/// <summary>
/// Counts hours, or days, by the clock of a time zone: the same hour of two weeks is always 168 apart. When the clocks
/// change one hour is missing, or two have the same number.
/// </summary>
internal static class HourOfWeek
{
    public const string Utc = "UTC";
    public const string EuropeLondon = "Europe/London";

    /// <summary>Hours of a week.</summary>
    public const int Hours = 168;

    /// <summary>Days of a week.</summary>
    public const int Days = 7;

    private static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById(EuropeLondon);

    /// <summary>Hours from 1970-01-01 00:00 on the clock of the zone.</summary>
    public static int IndexOf(DateTimeOffset hour, string timeZone)
    {
        var local = timeZone == EuropeLondon ? TimeZoneInfo.ConvertTime(hour, London).DateTime : hour.UtcDateTime;
        return (int)((local.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerHour);
    }

    /// <summary>Days from 1970-01-01 on the clock of the zone.</summary>
    public static int DayOf(DateTimeOffset hour, string timeZone) => (int)Math.Floor(IndexOf(hour, timeZone) / 24.0);

    /// <summary>0 to 167 from Monday 00:00, for a number of <see cref="IndexOf"/>.</summary>
    public static int OfIndex(int index) => Modulo(index + 72, Hours);

    /// <summary>168 to 174 from Monday, for a number of <see cref="DayOf"/>: where the baselines of whole days are kept.</summary>
    public static int OfDay(int day) => Hours + Modulo(day + 3, Days);

    private static int Modulo(int number, int by) => ((number % by) + by) % by;
}
