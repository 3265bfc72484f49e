namespace Pylon.Conductor.DeadLetters;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Entry {Position} of {Topic} (event {EventId}) is a dead letter: {Reason}")]
    public static partial void DeadLettered(this ILogger log, string topic, string position, string eventId, string reason);
}
