namespace Pylon.Conductor.State;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Batch {BatchId}: rebuilt in Redis from {Reports} reports in PostgreSQL; {Pending} of them are published now")]
    public static partial void Rebuilt(this ILogger log, string batchId, int reports, int pending);

    [LoggerMessage(LogLevel.Information, "Batch {BatchId}: applied again what was durable and not published")]
    public static partial void Recovered(this ILogger log, string batchId);

    [LoggerMessage(LogLevel.Warning, "Could not recover what is durable and not published; the recovery runs again in {Pause}")]
    public static partial void RecoveryInterrupted(this ILogger log, Exception exception, TimeSpan pause);
}
