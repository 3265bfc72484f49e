namespace Pylon.Conductor.Pipelines;

internal static partial class Log
{
    private static readonly Func<ILogger, string, string, IDisposable?> Scope =
        LoggerMessage.DefineScope<string, string>("batch {BatchId}, correlation {CorrelationId}");

    /// <summary>Every line of a call says what it is about.</summary>
    public static IDisposable? BatchScope(this ILogger log, string batchId, string correlationId) => Scope(log, batchId, correlationId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Batch {BatchId}: {Summary}")]
    public static partial void Defined(this ILogger log, string batchId, string summary);
}
