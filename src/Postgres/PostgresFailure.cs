using System.Data.Common;
using Npgsql;

namespace Pylon.Postgres;

public static class PostgresFailure
{
    /// <summary>
    /// True for an exception that says that PostgreSQL is unreachable now or did not answer in time, or that a prepared statement
    /// no longer fits a table that was changed meanwhile; the same call may succeed later.
    /// </summary>
    public static bool IsTransient(Exception exception) => exception is DbException { IsTransient: true } or TimeoutException || IsStale(exception);

    // It is prepared anew the next time. A table is changed by the migration of a newer program beside this one.
    private static bool IsStale(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.FeatureNotSupported, Routine: "RevalidateCachedQuery" };
}
