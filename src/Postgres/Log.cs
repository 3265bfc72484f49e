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

    [LoggerMessage(LogLevel.Information, "PostgreSQL: up to {Wanted} connections, {Pool} of each of {Processes} processes, of {Limit} that it has for Pylon")]
    public static partial void BudgetIsKept(this ILogger logger, int wanted, int pool, int processes, int limit);

    [LoggerMessage(LogLevel.Warning, "PostgreSQL: up to {Wanted} connections, {Pool} of each of {Processes} processes, and it has {Limit} for Pylon (max_connections {Max}); raise max_connections, make the pools smaller (Maximum Pool Size in PYLON_POSTGRES), or put a pooler between")]
    public static partial void BudgetIsOver(this ILogger logger, int wanted, int pool, int processes, int limit, int max);

    [LoggerMessage(LogLevel.Information, "PostgreSQL: PYLON_POSTGRES is a pooler, whose own connections come on top; LISTEN and locks go to PYLON_POSTGRES_DIRECT")]
    public static partial void HasPooler(this ILogger logger);

    [LoggerMessage(LogLevel.Warning, "PostgreSQL: the budget of connections is not known")]
    public static partial void BudgetNotKnown(this ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Warning, "LISTEN on {Channels} failed; the connection is opened again until it works")]
    public static partial void Interrupted(this ILogger logger, Exception exception, string channels);

    [LoggerMessage(LogLevel.Information, "LISTEN on {Channels} works again")]
    public static partial void Restored(this ILogger logger, string channels);
}
