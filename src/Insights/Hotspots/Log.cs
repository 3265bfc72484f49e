namespace Pylon.Insights.Hotspots;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Scan: {Found} hotspots were opened, re-opened or escalated, or are watched from now on")]
    public static partial void Scanned(this ILogger logger, int found);

    [LoggerMessage(LogLevel.Error, "The scan for hotspots failed; the next one goes on where it ended, in {Interval}")]
    public static partial void NotScanned(this ILogger logger, Exception exception, TimeSpan interval);

    [LoggerMessage(LogLevel.Warning, "The carbon intensity of the regions could not be judged; the next scan tries again, in {Interval}")]
    public static partial void RegionsNotScanned(this ILogger logger, Exception exception, TimeSpan interval);

    [LoggerMessage(LogLevel.Error, "Region {Region}: its carbon intensity could not be judged; the other regions are, and the next scan tries again")]
    public static partial void RegionNotScanned(this ILogger logger, Exception exception, int region);
}
