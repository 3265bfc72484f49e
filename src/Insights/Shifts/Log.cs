namespace Pylon.Insights.Shifts;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Workload {WorkloadId}: moved to {StartTime:u} by shift proposal {ProposalId}")]
    public static partial void Shifted(this ILogger logger, Guid workloadId, DateTime startTime, Guid proposalId);

    [LoggerMessage(LogLevel.Error, "Shift proposal {ProposalId}: its workload could not be moved; it is tried again in {Interval}")]
    public static partial void NotShifted(this ILogger logger, Exception exception, Guid proposalId, TimeSpan interval);

    [LoggerMessage(LogLevel.Error, "Hotspot {HotspotId}: no shifts could be proposed for it; it is tried again in {Interval}")]
    public static partial void NotProposed(this ILogger logger, Exception exception, Guid hotspotId, TimeSpan interval);

    [LoggerMessage(LogLevel.Warning, "Shift proposals: the round failed; the next one is in {Interval}")]
    public static partial void RoundFailed(this ILogger logger, Exception exception, TimeSpan interval);
}
