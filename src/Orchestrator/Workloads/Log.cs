namespace Pylon.Orchestrator.Workloads;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "{Kind} {Id}: the row cannot be read; it is left out, the others are not affected")]
    public static partial void RowUnreadable(this ILogger logger, Exception exception, string kind, Guid id);
}
