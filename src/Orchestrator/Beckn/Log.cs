namespace Pylon.Orchestrator.Beckn;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Beckn {Action} {MessageId} was not answered: {Reason}")]
    public static partial void NotAnswered(this ILogger logger, string action, Guid messageId, string reason);

    [LoggerMessage(2, LogLevel.Warning, "The provider keeps failing: no requests for {BreakDuration}")]
    public static partial void CircuitOpened(this ILogger logger, TimeSpan breakDuration);

    [LoggerMessage(3, LogLevel.Information, "The provider answers again")]
    public static partial void CircuitClosed(this ILogger logger);

    [LoggerMessage(4, LogLevel.Information, "Callback {Action} for {MessageId} taken, first: {First}")]
    public static partial void CallbackTaken(this ILogger logger, string action, Guid messageId, bool first);

    [LoggerMessage(5, LogLevel.Information, "Unsolicited callback {Action} of the known transaction {TransactionId} acknowledged and not used")]
    public static partial void CallbackNotUsed(this ILogger logger, string action, Guid transactionId);

    [LoggerMessage(6, LogLevel.Warning, "Callback {Action} refused: {Reason}")]
    public static partial void CallbackRefused(this ILogger logger, string action, string reason);
}
