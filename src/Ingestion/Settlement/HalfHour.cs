namespace Pylon.Ingestion.Settlement;

/// <summary>The half hours of the grid series: from :00 or :30, in UTC.</summary>
internal static class HalfHour
{
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(30);

    /// <summary>The start of the half hour that contains the moment.</summary>
    public static DateTimeOffset Containing(DateTimeOffset moment)
    {
        var ticks = moment.UtcTicks;
        return new DateTimeOffset(ticks - (ticks % Length.Ticks), TimeSpan.Zero);
    }
}
