using System.Data;
using Npgsql;

namespace Pylon.Postgres;

/// <summary>
/// A connection that holds something beyond its transaction: a LISTEN, an advisory lock of the session, a SET. The pool
/// resets nothing, so the session is ended before the connection returns to it; a connection that keeps it is closed.
/// </summary>
public sealed class Session : IAsyncDisposable
{
    // All that a session of ours may hold; temporary tables end with their transaction.
    private const string End = "RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all()";

    /// <summary>The longest wait for a server that does not answer, seconds.</summary>
    private const int LongestWait = 5;

    private readonly DirectDatabase _database;

    private Session(DirectDatabase database, NpgsqlConnection connection) => (_database, Connection) = (database, connection);

    public NpgsqlConnection Connection { get; }

    public static async Task<Session> OpenAsync(DirectDatabase database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        return new Session(database, await database.OpenAsync(cancellationToken));
    }

    /// <summary>Takes an advisory lock with a statement that answers whether it has it; null, and nothing is held, when it has not.</summary>
    public static async Task<Session?> TryLockAsync(DirectDatabase database, string tryLock, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(database, cancellationToken);
        var isHeld = false;
        try
        {
            await using var command = new NpgsqlCommand(tryLock, session.Connection);
            isHeld = await command.ExecuteScalarAsync(cancellationToken) is true;
            return isHeld ? session : null;
        }
        finally
        {
            // Also when the caller gives up while the server takes the lock.
            if (!isHeld)
                await session.DisposeAsync();
        }
    }

    /// <summary>Ends what the session holds and returns the connection. Throws nothing: on a broken connection it is over already.</summary>
    public async ValueTask DisposeAsync()
    {
        await using (Connection)
        {
            if (Connection.State != ConnectionState.Open)
                return;
            try
            {
                await using var command = new NpgsqlCommand(End, Connection) { CommandTimeout = LongestWait };
                await command.ExecuteNonQueryAsync();
            }
            catch (Exception)
            {
                // The pool opens all its connections anew, this one among them.
                _database.Source.Clear();
            }
        }
    }
}
