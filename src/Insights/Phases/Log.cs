namespace Pylon.Insights.Phases;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Events of batches cannot be read or stored; they are read again until they can be")]
    public static partial void EventsInterrupted(this ILogger log, Exception exception);

    [LoggerMessage(LogLevel.Warning, "Entry {Position} of topic {Topic} is not an event of the Conductor: {Reason}; it is a dead letter now")]
    public static partial void DeadLettered(this ILogger log, string topic, string position, string reason);

    [LoggerMessage(LogLevel.Error, "Batch {BatchId}, phase {Phase}: the database refuses its progress; it is left out")]
    public static partial void ProgressRefused(this ILogger log, Exception exception, string batchId, string phase);

    [LoggerMessage(LogLevel.Information, "Phases of batches: {New} events recorded for {Phases} phases")]
    public static partial void Recorded(this ILogger log, int @new, int phases);

    [LoggerMessage(LogLevel.Warning, "Batch {BatchId}: the Orchestrator did not say where it runs (attempt {Attempts}); it is asked again in {Delay}")]
    public static partial void PlaceNotAnswered(this ILogger log, string batchId, int attempts, TimeSpan delay);

    [LoggerMessage(LogLevel.Warning, "Batch {BatchId}, phase {Phase}: what it took is not recorded: {Reason}; it is in quarantine")]
    public static partial void PhaseRefused(this ILogger log, string batchId, string phase, string reason);
}
