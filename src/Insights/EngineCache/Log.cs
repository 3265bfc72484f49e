namespace Pylon.Insights.EngineCache;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Old predictions could not be deleted; it is tried again in {Interval}")]
    public static partial void CannotPurge(this ILogger log, TimeSpan interval, Exception exception);
}
