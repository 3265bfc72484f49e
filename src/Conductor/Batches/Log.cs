namespace Pylon.Conductor.Batches;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} reports that changed nothing are not marked so; they will be looked at again")]
    public static partial void NotSettled(this ILogger log, Exception exception, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "Batch {BatchId} is rebuilt from PostgreSQL: {Reports} reports, {Pending} of them to be published")]
    public static partial void Rebuilt(this ILogger log, string batchId, int reports, int pending);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events of the Conductor are not published; trying again until it works")]
    public static partial void RelayInterrupted(this ILogger log, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Events of the Conductor are published again")]
    public static partial void RelayRestored(this ILogger log);

    [LoggerMessage(Level = LogLevel.Error, Message = "Entry {Position} of the outbox of shard {Shard} is no event and is left out")]
    public static partial void OutboxEntryUnreadable(this ILogger log, Exception exception, string position, int shard);

    [LoggerMessage(Level = LogLevel.Information, Message = "Batch {BatchId} had something unpublished and was looked after")]
    public static partial void Recovered(this ILogger log, string batchId);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Rows} rows that had expired were removed")]
    public static partial void Purged(this ILogger log, int rows);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Removing what has expired was interrupted; the next round goes on")]
    public static partial void PurgeInterrupted(this ILogger log, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking after what is unpublished was interrupted")]
    public static partial void RecoveryInterrupted(this ILogger log, Exception exception);
}
