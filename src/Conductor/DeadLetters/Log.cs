namespace Pylon.Conductor.DeadLetters;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "Topic {Topic}: entry {Position} (event {EventId}) is now a dead letter: {Reason}")]
    public static partial void DeadLettered(this ILogger log, string topic, string position, string eventId, string reason);

    [LoggerMessage(LogLevel.Error, "Batch {BatchId}: could not store the dead letter for unresolvable pipeline {Pipeline}; it is stored when the caller asks again")]
    public static partial void ResolutionNotKept(this ILogger log, Exception exception, string batchId, string pipeline);
}
