namespace Pylon.Insights.Recording;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Events inserted by SQL: {Good} are in the hourly sums, {Wrong} went to quarantine")]
    public static partial void TakenUp(this ILogger log, int good, int wrong);
}
