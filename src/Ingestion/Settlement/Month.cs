namespace Pylon.Ingestion.Settlement;

/// <summary>The months by which the series are partitioned, in UTC.</summary>
internal static class Month
{
    public static DateTimeOffset Of(DateTimeOffset moment) => new(moment.UtcDateTime.Year, moment.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);
}
