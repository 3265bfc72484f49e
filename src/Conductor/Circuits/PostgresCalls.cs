using Npgsql;
using Pylon.Postgres;

namespace Pylon.Conductor.Circuits;

/// <summary>Calls to PostgreSQL, which are not made while its circuit is open.</summary>
internal sealed class PostgresCalls(NpgsqlDataSource database, StoreCircuits circuits)
{
    /// <summary>The number of rows that a statement changed.</summary>
    public Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params object?[] parameters) =>
        circuits.Postgres.RunAsync(() => database.ExecuteAsync(sql, cancellationToken, parameters), cancellationToken);

    public Task<List<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object?[] parameters) =>
        ListAsync([Sql.Statement(sql, parameters)], read, cancellationToken);

    /// <summary>The same as a tenant sees it.</summary>
    public Task<List<T>> ListAsync<T>(Tenant tenant, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object?[] parameters) =>
        circuits.Postgres.RunAsync(() => new TenantDatabase(database, tenant).ListAsync(sql, read, cancellationToken, parameters), cancellationToken);

    /// <summary>Runs the statements in one transaction; the rows of the one that gives rows.</summary>
    public Task<List<T>> ListAsync<T>(IReadOnlyList<NpgsqlBatchCommand> statements, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) =>
        circuits.Postgres.RunAsync(
            async () =>
            {
                await using var batch = database.CreateBatch();
                foreach (var statement in statements)
                    batch.BatchCommands.Add(statement);
                await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
                return await reader.ListAsync(read, cancellationToken);
            },
            cancellationToken);
}
