namespace Pylon.Insights.Alerts;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "Alerts: could not look for what is due; it is tried again every {Interval}")]
    public static partial void NotChecked(this ILogger logger, Exception exception, TimeSpan interval);
}
