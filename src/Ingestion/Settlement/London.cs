namespace Pylon.Ingestion.Settlement;

/// <summary>The clock of the British electricity market. Needs the system's time zone data, checked at first use.</summary>
internal static class London
{
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");

    /// <summary>When the day begins; midnight happens once on every day, as the clocks change at one in the morning UTC.</summary>
    public static DateTimeOffset Midnight(DateOnly date) => Instant(date.ToDateTime(TimeOnly.MinValue));

    /// <summary>The moment of a local time in London; the first of two when the clocks go back.</summary>
    public static DateTimeOffset Instant(DateTime local)
    {
        var unspecified = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        var offset = Zone.IsAmbiguousTime(unspecified) ? Zone.GetAmbiguousTimeOffsets(unspecified).Max() : Zone.GetUtcOffset(unspecified);
        return new DateTimeOffset(unspecified, offset).ToUniversalTime();
    }

    public static DateOnly DateOf(DateTimeOffset moment) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, Zone).DateTime);
}
