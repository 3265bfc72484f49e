namespace Pylon.Conductor.Shared;

internal static class Log
{
    private static readonly Func<ILogger, string, string, IDisposable?> Scope =
        LoggerMessage.DefineScope<string, string>("batch {BatchId}, correlation {CorrelationId}");

    /// <summary>Every line of a call names its batch and its correlation id.</summary>
    public static IDisposable? BatchScope(this ILogger log, string batchId, string correlationId) => Scope(log, batchId, correlationId);
}
