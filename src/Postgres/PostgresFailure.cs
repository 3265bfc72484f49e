using System.Data.Common;

namespace Pylon.Postgres;

public static class PostgresFailure
{
    /// <summary>True for an exception that says that PostgreSQL is unreachable now or did not answer in time; the same call may succeed later.</summary>
    public static bool IsTransient(Exception exception) => exception is DbException { IsTransient: true } or TimeoutException;
}
