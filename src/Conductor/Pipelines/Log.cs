namespace Pylon.Conductor.Pipelines;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Debug, "Batch {BatchId}: {Summary}")]
    public static partial void Defined(this ILogger log, string batchId, string summary);

    [LoggerMessage(LogLevel.Error, "Batch {BatchId}: could not resolve pipeline {Pipeline}: {Reason}. Without PostgreSQL there is no dead letter to replay")]
    public static partial void ResolutionFailed(this ILogger log, string batchId, string pipeline, string reason);
}
