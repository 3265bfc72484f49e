namespace Pylon.Orchestrator.Summaries;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Workload {WorkloadId}: Gemini gave no summary, the built-in writer did: {Reason}")]
    public static partial void FellBack(this ILogger logger, Guid workloadId, string reason);
}
