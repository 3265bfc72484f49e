using Npgsql;

namespace Pylon.Postgres;

/// <summary>
/// A database as a tenant sees it. What is done for one operator runs as the role <c>pylon_caller</c> with the operator in
/// <c>app.tenant</c>, and row security leaves it the rows of that operator, whatever its WHERE says. What is done for all runs as the role
/// of the service and costs nothing more.
/// </summary>
public sealed class TenantDatabase(NpgsqlDataSource database, Tenant tenant)
{
    /// <summary>The role of callers; migrations make it, with its rights and its policies.</summary>
    public const string Role = "pylon_caller";

    // Until the end of the transaction: of a batch without one, until the end of the batch.
    private const string Enter = $"SELECT set_config('role', '{Role}', true), set_config('app.tenant', $1, true)";

    /// <summary>Whose rows it shows.</summary>
    public Tenant Tenant => tenant;

    /// <summary>For a worker, which acts for all and needs transactions or connections of its own.</summary>
    /// <exception cref="InvalidOperationException">It is that of one operator.</exception>
    public NpgsqlDataSource OfAll => tenant.IsAll ? database : throw new InvalidOperationException("A caller's statements run as that caller.");

    /// <summary>The same database for another tenant.</summary>
    public TenantDatabase Of(Tenant other) => new(database, other);

    /// <summary>Reads the results of some statements in one round trip.</summary>
    public async Task<T> ReadAsync<T>(IEnumerable<NpgsqlBatchCommand> statements, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        await using var batch = database.CreateBatch();
        Fill(batch, statements);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!tenant.IsAll)
            await reader.NextResultAsync(cancellationToken);
        return await read(reader);
    }

    /// <summary>Reads every row of a statement.</summary>
    public Task<List<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object?[] parameters) =>
        ReadAsync([Sql.Statement(sql, parameters)], reader => reader.ListAsync(read, cancellationToken), cancellationToken);

    /// <summary>The first column of the first row; null for no row and for NULL.</summary>
    public Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken, params object?[] parameters) =>
        ReadAsync(
            [Sql.Statement(sql, parameters)],
            async reader => await reader.ReadAsync(cancellationToken) && !await reader.IsDBNullAsync(0, cancellationToken) ? reader.GetValue(0) : null,
            cancellationToken);

    /// <summary>The number of rows that a statement changed.</summary>
    public async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params object?[] parameters)
    {
        await using var batch = database.CreateBatch();
        Fill(batch, [Sql.Statement(sql, parameters)]);
        return await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc cref="Sql.ChangeAsync"/>
    public async Task<bool> ChangeAsync(NpgsqlBatchCommand change, IReadOnlyList<NpgsqlBatchCommand> following, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(following);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var first = new NpgsqlBatch(connection, transaction);
        Fill(first, [change]);
        if (await first.ExecuteNonQueryAsync(cancellationToken) == 0)
            return false;
        if (following.Count > 0)
        {
            await using var rest = new NpgsqlBatch(connection, transaction);
            foreach (var command in following)
                rest.BatchCommands.Add(command);
            await rest.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>A transaction of several round trips; what is done in it is done as the tenant.</summary>
    public async Task<TenantTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = new TenantTransaction(connection, await connection.BeginTransactionAsync(cancellationToken));
            if (!tenant.IsAll)
            {
                await using var enter = transaction.Batch();
                Fill(enter, []);
                await enter.ExecuteNonQueryAsync(cancellationToken);
            }

            return transaction;
        }
        catch (Exception)
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private void Fill(NpgsqlBatch batch, IEnumerable<NpgsqlBatchCommand> statements)
    {
        if (tenant.OperatorId is { } operatorId)
            batch.BatchCommands.Add(Sql.Statement(Enter, operatorId.ToString()));
        foreach (var statement in statements)
            batch.BatchCommands.Add(statement);
    }
}
