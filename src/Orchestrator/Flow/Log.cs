namespace Pylon.Orchestrator.Flow;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Work queue: workloads are claimed on notification and every {PollInterval}")]
    public static partial void Started(this ILogger logger, TimeSpan pollInterval);

    [LoggerMessage(LogLevel.Warning, "Work queue: could not be read; it is read again after {Pause}")]
    public static partial void QueueUnreadable(this ILogger logger, Exception exception, TimeSpan pause);

    [LoggerMessage(LogLevel.Information, "Work queue: claimed {Count} workload(s)")]
    public static partial void Claimed(this ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "Workload {WorkloadId}: attempt {Attempt} of {MaxAttempts} failed; the next one begins in {Delay}: {Reason}")]
    public static partial void Retrying(this ILogger logger, Guid workloadId, int attempt, int maxAttempts, TimeSpan delay, string reason);

    [LoggerMessage(LogLevel.Error, "Workload {WorkloadId}: failed after {Attempts} attempts and becomes a dead letter: {Reason}")]
    public static partial void Failed(this ILogger logger, Guid workloadId, int attempts, string reason);

    [LoggerMessage(LogLevel.Warning, "Workload {WorkloadId}: failed without retries, which could not help, and becomes a dead letter: {Reason}")]
    public static partial void Infeasible(this ILogger logger, Guid workloadId, string reason);

    [LoggerMessage(LogLevel.Error, "Workload {WorkloadId}: unexpected error; it counts as a failed attempt")]
    public static partial void Unexpected(this ILogger logger, Exception exception, Guid workloadId);

    [LoggerMessage(LogLevel.Information, "Workload {WorkloadId}: the attempt ended with the process; another instance takes the workload up")]
    public static partial void Released(this ILogger logger, Exception? exception, Guid workloadId);

    [LoggerMessage(LogLevel.Information, "Workload {WorkloadId}: the attempt begins again: {Reason}")]
    public static partial void BegunAgain(this ILogger logger, Guid workloadId, string reason);

    [LoggerMessage(LogLevel.Warning, "Workload {WorkloadId}: the lease is lost; another instance continues")]
    public static partial void LeaseLost(this ILogger logger, Guid workloadId);

    [LoggerMessage(LogLevel.Warning, "Workload {WorkloadId}: could not store the outcome of an attempt; the workload is claimed again when its lease ends")]
    public static partial void NotRecorded(this ILogger logger, Exception exception, Guid workloadId);

    [LoggerMessage(LogLevel.Information, "Workload {WorkloadId}: the provider refuses an item; the next best is tried: {Reason}")]
    public static partial void ItemRefused(this ILogger logger, Guid workloadId, string reason);

    [LoggerMessage(LogLevel.Information, "Workload {WorkloadId}: the provider refuses option {Option}; the user may choose again: {Reason}")]
    public static partial void OptionRefused(this ILogger logger, Guid workloadId, int option, string reason);

    [LoggerMessage(LogLevel.Warning, "Workload {WorkloadId}: items of the catalogue left out: {Count}; the others are ranked: {Reasons}")]
    public static partial void ItemsLeftOut(this ILogger logger, Guid workloadId, int count, string reasons);

    [LoggerMessage(LogLevel.Warning, "Workload {WorkloadId}: {Count} offer(s) of the catalogue are left out; their items are ranked without them: {Reasons}")]
    public static partial void OffersLeftOut(this ILogger logger, Guid workloadId, int count, string reasons);

    [LoggerMessage(LogLevel.Warning, "Workload {WorkloadId}: could not renew the lease; it is tried again, and the attempt ends before the lease does")]
    public static partial void NotRenewed(this ILogger logger, Exception exception, Guid workloadId);
}
