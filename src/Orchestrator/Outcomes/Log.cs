namespace Pylon.Orchestrator.Outcomes;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Workload {WorkloadId}: its outcome could not be computed; it is tried again in {Pause}: {Reason}")]
    public static partial void NotComputed(this ILogger logger, Guid workloadId, TimeSpan pause, string reason);

    [LoggerMessage(LogLevel.Error, "Workload {WorkloadId}: its outcome could not be computed for {Longest}; it stays as it is")]
    public static partial void GivenUp(this ILogger logger, Exception exception, Guid workloadId, TimeSpan longest);
}
