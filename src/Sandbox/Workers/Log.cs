namespace Pylon.Sandbox.Workers;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The broadcast is lost; coming back until it is there: {Reason}")]
    public static partial void FeedLost(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The broadcast cannot be followed")]
    public static partial void FeedRefused(ILogger logger, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Batch {BatchId} is given up")]
    public static partial void JobFailed(ILogger logger, string batchId, Exception failure);
}
