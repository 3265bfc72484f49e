namespace Pylon.Conductor.Journals;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Could not mark {Count} reports that changed nothing as settled; the recovery applies them again and marks them")]
    public static partial void NotSettled(this ILogger log, Exception exception, int count);
}
