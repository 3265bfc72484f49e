using Microsoft.Extensions.Logging;

namespace Pylon.Messaging;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Redis is unreachable; following the event stream is retried until it works")]
    public static partial void FollowingInterrupted(this ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Information, "Following the event stream works again")]
    public static partial void FollowingAgain(this ILogger logger);

    [LoggerMessage(LogLevel.Debug, "Could not subscribe to the publish signal; followers poll, and the next read subscribes again")]
    public static partial void NotSubscribed(this ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Error, "Topic {Topic}: {Count} entries were trimmed before group {Group} read them; the group goes on with the oldest entry that is kept")]
    public static partial void EntriesLost(this ILogger logger, string topic, string group, long count);

    [LoggerMessage(LogLevel.Error, "Outbox of {Schema}: row {Seq} ({Id}, {Type}) is not an event and becomes a dead letter of {Topic}: {Reason}")]
    public static partial void DeadLettered(
        this ILogger logger, string schema, long seq, string id, string type, string topic, string reason);
}
