namespace Pylon.Orchestrator.Beckn;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Beckn message {MessageId} ({Action}): no answer; the workload retries it: {Reason}")]
    public static partial void NotAnswered(this ILogger logger, string action, Guid messageId, string reason);

    [LoggerMessage(LogLevel.Warning, "Workload {WorkloadId}: the provider's last answer could not be stored; the message is sent again when the workload is taken up")]
    public static partial void AnswerNotStored(this ILogger logger, Exception exception, Guid workloadId);

    [LoggerMessage(LogLevel.Warning, "BPP: most requests fail; the circuit is open and none is sent for {BreakDuration}")]
    public static partial void CircuitOpened(this ILogger logger, TimeSpan breakDuration);

    [LoggerMessage(LogLevel.Information, "BPP: requests succeed again; the circuit is closed")]
    public static partial void CircuitClosed(this ILogger logger);

    [LoggerMessage(LogLevel.Information, "Callback {Action}: matched to message {MessageId}, first answer: {First}")]
    public static partial void CallbackMatched(this ILogger logger, string action, Guid messageId, bool first);

    [LoggerMessage(LogLevel.Warning, "Callback {Action}: refused with NACK: {Reason}")]
    public static partial void CallbackRefused(this ILogger logger, string action, string reason);

    [LoggerMessage(LogLevel.Warning, "Callbacks refused with NACK in the last minute and not logged: {Count}; pylon_beckn_callbacks_refused counts all of them")]
    public static partial void CallbacksRefused(this ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "Beckn message {MessageId} (confirm): the provider confirms an order that counts as cancelled; it is cancelled again")]
    public static partial void ConfirmedLate(this ILogger logger, Guid messageId);

    [LoggerMessage(LogLevel.Information, "Callback {Action}: the provider's own notice of the order of transaction {TransactionId} is stored")]
    public static partial void NoticeTaken(this ILogger logger, string action, Guid transactionId);
}
