namespace Pylon.Sandbox.Workers;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Workers: Pylon is unreachable ({Reason}); they ask for work until it answers")]
    public static partial void Unreachable(this ILogger log, string reason);

    [LoggerMessage(LogLevel.Error, "Workers: Pylon refused their question for work; they ask again")]
    public static partial void Refused(this ILogger log, Exception exception);

    [LoggerMessage(LogLevel.Error, "Batch {BatchId}: the worker failed in {Phase} {Part}; its lease ends and another worker gets the part")]
    public static partial void PartFailed(this ILogger log, Exception exception, string batchId, string phase, string part);
}
