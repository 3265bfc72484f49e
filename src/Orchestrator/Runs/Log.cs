namespace Pylon.Orchestrator.Runs;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Workload {WorkloadId} goes through {Pipeline}: {Summary}")]
    public static partial void Defined(this ILogger logger, Guid workloadId, string pipeline, string summary);

    [LoggerMessage(2, LogLevel.Warning, "Workload {WorkloadId}: question {Attempt} to the Conductor has no answer, next in {Delay}: {Reason}")]
    public static partial void NotAnswered(this ILogger logger, Guid workloadId, int attempt, TimeSpan delay, string reason);

    [LoggerMessage(3, LogLevel.Error, "Workload {WorkloadId}: the Conductor refuses {Pipeline}: {Reason}")]
    public static partial void Refused(this ILogger logger, Guid workloadId, string pipeline, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Following batches is interrupted; trying again until it works")]
    public static partial void IntakeInterrupted(this ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Error, "Workload {WorkloadId}: news of its phases are not stored")]
    public static partial void NewsRefused(this ILogger logger, Exception exception, Guid workloadId);
}
