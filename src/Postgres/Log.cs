using Microsoft.Extensions.Logging;

namespace Pylon.Postgres;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Schema {Schema}: PostgreSQL is unreachable, {Elapsed} of {Limit} s waited before its migrations: {Reason}")]
    public static partial void WaitingForServer(this ILogger logger, string schema, int elapsed, int limit, string reason);

    [LoggerMessage(LogLevel.Information, "Applied migration {Schema}/{Version:0000}_{Name}")]
    public static partial void Applied(this ILogger logger, string schema, int version, string name);

    [LoggerMessage(LogLevel.Warning, "Schema {Schema} is at migration {Database}, newer than the {Program} this program knows")]
    public static partial void DatabaseIsNewer(this ILogger logger, string schema, int database, int program);

    [LoggerMessage(LogLevel.Warning, "Could not set the search path of the database, so SQL in psql needs schema names: {Reason}")]
    public static partial void SearchPathNotSet(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "LISTEN on {Channels} failed; the connection is opened again until it works")]
    public static partial void Interrupted(this ILogger logger, Exception exception, string channels);

    [LoggerMessage(LogLevel.Information, "LISTEN on {Channels} works again")]
    public static partial void Restored(this ILogger logger, string channels);
}
