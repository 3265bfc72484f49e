namespace Pylon.Orchestrator.Summaries;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Workload {WorkloadId}: Gemini wrote no summary; the built-in writer wrote it: {Reason}")]
    public static partial void FellBack(this ILogger logger, Guid workloadId, string reason, Exception? exception);
}
