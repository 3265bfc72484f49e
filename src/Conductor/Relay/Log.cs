namespace Pylon.Conductor.Relay;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Could not publish the events of batches; the relay tries again until it can")]
    public static partial void RelayInterrupted(this ILogger log, Exception exception);

    [LoggerMessage(LogLevel.Information, "Events of batches are published again")]
    public static partial void RelayRestored(this ILogger log);

    [LoggerMessage(LogLevel.Error, "Outbox of shard {Shard}: entry {Position} is not an event; it is removed without being published")]
    public static partial void OutboxEntryUnreadable(this ILogger log, Exception exception, string position, int shard);
}
