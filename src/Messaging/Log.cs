using Microsoft.Extensions.Logging;

namespace Pylon.Messaging;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Following the event stream is interrupted; trying again until it works")]
    public static partial void FollowingInterrupted(this ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Information, "Following the event stream again")]
    public static partial void FollowingAgain(this ILogger logger);

    [LoggerMessage(3, LogLevel.Debug, "The doorbell of the event stream is not heard yet")]
    public static partial void DoorbellNotHung(this ILogger logger, Exception exception);

    [LoggerMessage(4, LogLevel.Error, "Outbox row {Seq} ({Id}, {Type}) of {Schema} goes to the dead letters of {Topic}: {Reason}")]
    public static partial void DeadLettered(
        this ILogger logger, string schema, long seq, string id, string type, string topic, string reason);
}
