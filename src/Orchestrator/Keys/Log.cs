namespace Pylon.Orchestrator.Keys;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Key {Id} ('{Name}', {Scopes}) is made by {Caller}")]
    public static partial void KeyMade(this ILogger log, Guid id, string name, string scopes, string caller);

    [LoggerMessage(LogLevel.Information, "Key {Id} ('{Name}') is revoked by {Caller}; every gateway refuses it within 5 s")]
    public static partial void KeyRevoked(this ILogger log, Guid id, string name, string caller);

    [LoggerMessage(LogLevel.Warning, "The bootstrap key {Id} is there, with every scope; make a key for each caller, then revoke it and unset PYLON_BOOTSTRAP_KEY")]
    public static partial void BootstrapKey(this ILogger log, Guid id);

    [LoggerMessage(LogLevel.Warning, "The bootstrap key could not be stored; it is tried again in {Pause}")]
    public static partial void BootstrapKeyNotStored(this ILogger log, Exception exception, TimeSpan pause);
}
