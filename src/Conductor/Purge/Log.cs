namespace Pylon.Conductor.Purge;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Purge: removed {Rows} expired rows from PostgreSQL")]
    public static partial void Purged(this ILogger log, int rows);

    [LoggerMessage(LogLevel.Warning, "Purge: could not remove all expired rows from PostgreSQL; the next round removes the rest")]
    public static partial void PurgeInterrupted(this ILogger log, Exception exception);
}
