using Npgsql;

namespace Pylon.Postgres;

/// <summary>A transaction of a tenant, with its connection; see <see cref="TenantDatabase.BeginAsync"/>. What is not committed is undone.</summary>
public sealed class TenantTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
{
    public NpgsqlConnection Connection => connection;

    /// <summary>Statements of it, for one round trip.</summary>
    public NpgsqlBatch Batch(params IEnumerable<NpgsqlBatchCommand> statements)
    {
        ArgumentNullException.ThrowIfNull(statements);
        var batch = new NpgsqlBatch(connection, transaction);
        foreach (var statement in statements)
            batch.BatchCommands.Add(statement);
        return batch;
    }

    public Task CommitAsync(CancellationToken cancellationToken) => transaction.CommitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
