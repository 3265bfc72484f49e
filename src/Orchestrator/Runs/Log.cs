namespace Pylon.Orchestrator.Runs;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Workload {WorkloadId}: the Conductor defined pipeline {Pipeline}: {Summary}")]
    public static partial void Defined(this ILogger logger, Guid workloadId, string pipeline, string summary);

    [LoggerMessage(LogLevel.Warning, "Workload {WorkloadId}: the Conductor did not answer attempt {Attempt}; the next one is in {Delay}: {Reason}")]
    public static partial void NotAnswered(this ILogger logger, Guid workloadId, int attempt, TimeSpan delay, string reason);

    [LoggerMessage(LogLevel.Error, "Workload {WorkloadId}: the Conductor refuses pipeline {Pipeline}; the batch run fails: {Reason}")]
    public static partial void Refused(this ILogger logger, Guid workloadId, string pipeline, string reason);

    [LoggerMessage(LogLevel.Error, "Workload {WorkloadId}: its batch run did not end within {Longest}; the batch run fails")]
    public static partial void TooLong(this ILogger logger, Guid workloadId, TimeSpan longest);

    [LoggerMessage(LogLevel.Warning, "Workload {WorkloadId}: its steps could not be planned; the job runs through: {Reason}")]
    public static partial void NotPlanned(this ILogger logger, Guid workloadId, string reason);

    [LoggerMessage(LogLevel.Warning, "Batch events: could not be consumed; they are read again until it works")]
    public static partial void EventsInterrupted(this ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Error, "Topic {Topic}: entry {Position} is now a dead letter: {Reason}")]
    public static partial void DeadLettered(this ILogger logger, string topic, string position, string reason);

    [LoggerMessage(LogLevel.Error, "Workload {WorkloadId}: could not store reports of its phases; the Conductor is asked for the progress later")]
    public static partial void ReportsRefused(this ILogger logger, Exception exception, Guid workloadId);

    [LoggerMessage(LogLevel.Information, "Pipeline {Pipeline}: not checked, because the Conductor is unreachable; the run fails if it is unknown")]
    public static partial void PipelineNotChecked(this ILogger logger, Exception exception, string pipeline);
}
