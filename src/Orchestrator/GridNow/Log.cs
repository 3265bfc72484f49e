namespace Pylon.Orchestrator.GridNow;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "grid_now: the state of the grid could not be refreshed ({Reason}); the next try is in {Interval}")]
    public static partial void NotRefreshed(this ILogger logger, string reason, TimeSpan interval);
}
