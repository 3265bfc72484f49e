using Microsoft.Extensions.Logging;

namespace Pylon.Postgres;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Waiting for PostgreSQL to migrate {Schema}: {Elapsed} of {Limit} s ({Reason})")]
    public static partial void WaitingForServer(this ILogger logger, string schema, int elapsed, int limit, string reason);

    [LoggerMessage(2, LogLevel.Information, "Applied migration {Schema}/{Version:0000}_{Name}")]
    public static partial void Applied(this ILogger logger, string schema, int version, string name);

    [LoggerMessage(3, LogLevel.Warning, "Schema {Schema} is at migration {Database}, newer than the {Program} this program knows")]
    public static partial void DatabaseIsNewer(this ILogger logger, string schema, int database, int program);

    [LoggerMessage(4, LogLevel.Warning, "The search path of the database is not set, so SQL in psql needs schema names: {Reason}")]
    public static partial void SearchPathNotSet(this ILogger logger, string reason);

    [LoggerMessage(5, LogLevel.Warning, "Listening on {Channels} is interrupted; trying again until it works")]
    public static partial void Interrupted(this ILogger logger, Exception exception, string channels);

    [LoggerMessage(6, LogLevel.Information, "Listening on {Channels} again")]
    public static partial void Restored(this ILogger logger, string channels);
}
