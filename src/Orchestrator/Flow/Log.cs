namespace Pylon.Orchestrator.Flow;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Claimed {Count} workload(s)")]
    public static partial void Claimed(this ILogger logger, int count);

    [LoggerMessage(2, LogLevel.Warning, "Workload {WorkloadId}: attempt {Attempt} of {MaxAttempts} failed, next in {Delay}: {Reason}")]
    public static partial void Retrying(this ILogger logger, Guid workloadId, int attempt, int maxAttempts, TimeSpan delay, string reason);

    [LoggerMessage(3, LogLevel.Error, "Workload {WorkloadId} failed after {Attempts} attempts: {Reason}")]
    public static partial void Failed(this ILogger logger, Guid workloadId, int attempts, string reason);

    [LoggerMessage(4, LogLevel.Error, "Workload {WorkloadId}: unexpected error")]
    public static partial void Unexpected(this ILogger logger, Exception exception, Guid workloadId);

    [LoggerMessage(5, LogLevel.Warning, "Workload {WorkloadId}: the lease is lost, another instance goes on")]
    public static partial void LeaseLost(this ILogger logger, Guid workloadId);

    [LoggerMessage(6, LogLevel.Warning, "Workload {WorkloadId}: the database does not take the outcome; it is taken up again when the lease ends")]
    public static partial void NotRecorded(this ILogger logger, Exception exception, Guid workloadId);

    [LoggerMessage(7, LogLevel.Information, "Workload {WorkloadId}: the provider refuses an item, the next best is tried: {Reason}")]
    public static partial void ItemRefused(this ILogger logger, Guid workloadId, string reason);

    [LoggerMessage(8, LogLevel.Information, "Workload {WorkloadId}: option {Option} is refused: {Reason}")]
    public static partial void OptionRefused(this ILogger logger, Guid workloadId, int option, string reason);

    [LoggerMessage(9, LogLevel.Warning, "The queue cannot be read; trying again")]
    public static partial void QueueUnreadable(this ILogger logger, Exception exception);

    [LoggerMessage(10, LogLevel.Information, "Picking up workloads, on notification and every {PollInterval}")]
    public static partial void Started(this ILogger logger, TimeSpan pollInterval);
}
