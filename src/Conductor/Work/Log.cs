namespace Pylon.Conductor.Work;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "{Count} parts were claimed for a worker that had left; they are handed out again when their leases end")]
    public static partial void NotHandedBack(this ILogger log, Exception exception, int count);

    [LoggerMessage(LogLevel.Warning, "Batch {BatchId}: phase {Phase} fails: {Reason}")]
    public static partial void PhaseFails(this ILogger log, string batchId, string phase, string reason);

    [LoggerMessage(LogLevel.Warning, "Could not look for work past its deadline; it is tried again in {Pause}")]
    public static partial void SweepInterrupted(this ILogger log, Exception exception, TimeSpan pause);

    [LoggerMessage(LogLevel.Information, "Batch {BatchId}: refused what worker said of {Phase} {Part}: the lease with token {Token} is lost")]
    public static partial void LeaseLost(this ILogger log, string batchId, string phase, string part, long token);
}
