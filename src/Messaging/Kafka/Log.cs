using Microsoft.Extensions.Logging;

namespace Pylon.Messaging.Kafka;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Debug, "Kafka library: {Facility}: {Message}")]
    public static partial void Library(this ILogger logger, string facility, string message);

    [LoggerMessage(LogLevel.Information, "Topic {Topic} was missing; it is made with {Partitions} partitions")]
    public static partial void TopicMade(this ILogger logger, string topic, int partitions);

    [LoggerMessage(LogLevel.Warning, "Kafka cannot be read; following the event stream is retried until it works")]
    public static partial void FollowingInterrupted(this ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Information, "Following the event stream works again")]
    public static partial void FollowingAgain(this ILogger logger);

    [LoggerMessage(LogLevel.Error, "Topic {Topic}: event {Id} has {Bytes} bytes, more than Kafka__MaxEventBytes; it becomes a dead letter without its payload")]
    public static partial void TooLarge(this ILogger logger, string topic, string id, long bytes);

    [LoggerMessage(LogLevel.Error, "Topic {Topic}: {Count} entries were removed before group {Group} read them; the group goes on with the oldest entry that is kept")]
    public static partial void EntriesLost(this ILogger logger, string topic, string group, long count);

    [LoggerMessage(LogLevel.Warning, "Topic {Topic}: group {Group} cannot be read; it is retried until it works")]
    public static partial void GroupInterrupted(this ILogger logger, Exception exception, string topic, string group);
}
