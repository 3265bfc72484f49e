namespace Pylon.Insights.Shifts;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Workload {WorkloadId}: moved to {StartTime:u} by shift proposal {ProposalId}")]
    public static partial void Shifted(this ILogger logger, Guid workloadId, DateTime startTime, Guid proposalId);

    [LoggerMessage(LogLevel.Warning, "Shift proposals: the round failed; the next one is in {Interval}")]
    public static partial void RoundFailed(this ILogger logger, Exception exception, TimeSpan interval);
}
