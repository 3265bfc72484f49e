namespace Pylon.Orchestrator.Signatures;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Registry: no answer ({Reason}); known keys are used for an hour, callbacks of other signers get HTTP 503")]
    public static partial void RegistryDoesNotAnswer(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "Signatures: BECKN_REGISTRY_URL is not set, so callbacks are taken without a signature; set it wherever others reach the webhook")]
    public static partial void NotVerified(this ILogger logger);

    [LoggerMessage(LogLevel.Warning, "Signatures: neither BECKN_KEY_FILE nor BECKN_PRIVATE_KEY is set, so messages to providers are not signed")]
    public static partial void NotSigned(this ILogger logger);

    [LoggerMessage(LogLevel.Warning, "Signatures: could not remove those that are over; the next try is in {Interval}")]
    public static partial void NotForgotten(this ILogger logger, Exception exception, TimeSpan interval);
}
