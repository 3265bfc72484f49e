using Npgsql;

namespace Pylon.Postgres;

/// <summary>
/// The database for what belongs to a session: LISTEN, advisory locks of a session, SET. That is PYLON_POSTGRES_DIRECT, and
/// PYLON_POSTGRES without it. A pooler that pools transactions (PgBouncer) gives each transaction another connection of the server, so none of
/// these works through it, and nothing would say so: its first connection finds out.
/// </summary>
public sealed class DirectDatabase(NpgsqlDataSource source)
{
    // A notification takes milliseconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private volatile bool _isKnown;

    /// <summary>The connections.</summary>
    public NpgsqlDataSource Source => source;

    /// <exception cref="PoolerException">A pooler takes sessions away.</exception>
    internal async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            if (!_isKnown && !await HasSessionAsync(connection, cancellationToken))
                throw new PoolerException(connection.Host, connection.Port);
            _isKnown = true;
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // A server says its process at the connect, a pooler one of its own making. Pooled sessions are as good as the server's: then a
    // notification of another connection arrives.
    private async Task<bool> HasSessionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var backend = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        if (await backend.ExecuteScalarAsync(cancellationToken) is int process && process == connection.ProcessID)
            return true;
        var channel = $"pylon_probe_{Guid.NewGuid():N}";
        await RunAsync(connection, $"LISTEN {channel}", cancellationToken);
        try
        {
            await using var other = await source.OpenConnectionAsync(cancellationToken);
            await RunAsync(other, $"NOTIFY {channel}", cancellationToken);
            return await connection.WaitAsync(Patience, cancellationToken);
        }
        finally
        {
            await RunAsync(connection, $"UNLISTEN {channel}", CancellationToken.None);
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
