namespace Pylon.Orchestrator.Audit;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Log of decisions: the service connects as {Role}, who owns the log and can take its triggers away; set PYLON_POSTGRES_OWNER to the owner and PYLON_POSTGRES to another role")]
    public static partial void RoleOwnsTheLog(this ILogger logger, string role);

    [LoggerMessage(LogLevel.Warning, "Log of decisions: could not read who owns it; the service goes on")]
    public static partial void OwnerNotRead(this ILogger logger, Exception exception);
}
