namespace Pylon.Insights.Models;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "The predictions that are kept could not be read; the external engine is asked instead")]
    public static partial void CacheUnreadable(this ILogger log, Exception exception);

    [LoggerMessage(LogLevel.Warning, "The predictions of the external engine could not be kept; it is asked again next time")]
    public static partial void CacheUnwritable(this ILogger log, Exception exception);
}
