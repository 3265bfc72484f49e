namespace Pylon.Sandbox.Workers;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Workers: the broadcast is unreachable ({Reason}); they reconnect until it answers")]
    public static partial void FeedLost(this ILogger log, string reason);

    [LoggerMessage(LogLevel.Error, "Workers: Pylon refused the position in the broadcast; they read all stored events again")]
    public static partial void FeedRefused(this ILogger log, Exception exception);

    [LoggerMessage(LogLevel.Error, "Batch {BatchId}: the worker failed; the job ends without its remaining phases")]
    public static partial void JobFailed(this ILogger log, Exception exception, string batchId);
}
