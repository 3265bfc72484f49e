namespace Pylon.Orchestrator.Retention;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Retention: removed {Count} {What} older than {Kept}")]
    public static partial void Removed(this ILogger logger, int count, string what, TimeSpan kept);

    [LoggerMessage(LogLevel.Warning, "Retention: could not remove old {What}; the next try is in {Interval}")]
    public static partial void NotRemoved(this ILogger logger, Exception exception, string what, TimeSpan interval);
}
