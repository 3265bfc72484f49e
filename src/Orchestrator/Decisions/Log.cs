namespace Pylon.Orchestrator.Decisions;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Workload {WorkloadId}: the language model was not heard on its data centres; the scores of {Engine} stand: {Reason}")]
    public static partial void ModelNotHeard(this ILogger logger, Guid workloadId, string engine, string reason);

    [LoggerMessage(LogLevel.Warning, "Workload {WorkloadId}: attempt {Attempt} of {MaxAttempts} to make its decision context failed; the next one begins in {Delay}: {Reason}")]
    public static partial void Retrying(this ILogger logger, Guid workloadId, int attempt, int maxAttempts, TimeSpan delay, string reason);

    [LoggerMessage(LogLevel.Error, "Workload {WorkloadId}: gets no decision context after {Attempts} attempts; its flow goes on without: {Reason}")]
    public static partial void GivenUp(this ILogger logger, Guid workloadId, int attempts, string reason);

    [LoggerMessage(LogLevel.Error, "Workload {WorkloadId}: unexpected error while its decision context was made; it counts as a failed attempt")]
    public static partial void Unexpected(this ILogger logger, Exception exception, Guid workloadId);

    [LoggerMessage(LogLevel.Information, "Workload {WorkloadId}: the lease of its notification ended before its context was stored; another instance makes it")]
    public static partial void LeaseLost(this ILogger logger, Guid workloadId);
}
