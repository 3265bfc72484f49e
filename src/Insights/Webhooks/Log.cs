namespace Pylon.Insights.Webhooks;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Notice {WebhookId}: could not send it to {Receiver} in attempt {Attempt} of {MaxAttempts}: {Reason}; it is tried again in {Delay}")]
    public static partial void Retrying(this ILogger logger, string webhookId, string receiver, int attempt, int maxAttempts, TimeSpan delay, string reason);

    [LoggerMessage(LogLevel.Error, "Notice {WebhookId}: could not send it to {Receiver} in {Attempts} attempts: {Reason}; it is dead until a person sends it again")]
    public static partial void GivenUp(this ILogger logger, string webhookId, string receiver, int attempts, string reason);

    [LoggerMessage(LogLevel.Warning, "Notice {WebhookId}: the lease ended before the attempt did; another instance may send it again")]
    public static partial void LeaseLost(this ILogger logger, string webhookId);

    [LoggerMessage(LogLevel.Warning, "Webhook receiver {Receiver}: most of the last attempts failed; nothing is sent for {BreakDuration}")]
    public static partial void CircuitOpened(this ILogger logger, string receiver, TimeSpan breakDuration);

    [LoggerMessage(LogLevel.Information, "Webhook receiver {Receiver}: an attempt succeeded; notices are sent again")]
    public static partial void CircuitClosed(this ILogger logger, string receiver);
}
