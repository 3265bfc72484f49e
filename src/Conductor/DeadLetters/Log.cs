namespace Pylon.Conductor.DeadLetters;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Entry {Position} of {Topic} (event {EventId}) is a dead letter: {Reason}")]
    public static partial void DeadLettered(this ILogger log, string topic, string position, string eventId, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Batch {BatchId}: pipeline {Pipeline} could not be resolved: {Reason}")]
    public static partial void ResolutionFailed(this ILogger log, string batchId, string pipeline, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Batch {BatchId}: that pipeline {Pipeline} could not be resolved is not among the dead letters")]
    public static partial void ResolutionNotKept(this ILogger log, Exception exception, string batchId, string pipeline);
}
