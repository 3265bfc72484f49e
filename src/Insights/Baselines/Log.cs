namespace Pylon.Insights.Baselines;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Debug, "Made the baselines of {Entities} entities with new hours")]
    public static partial void Built(this ILogger logger, int entities);

    [LoggerMessage(LogLevel.Error, "Could not make the baselines of entities with new hours; scans use the old ones, and it is tried again in {Interval}")]
    public static partial void NotBuilt(this ILogger logger, Exception exception, TimeSpan interval);
}
