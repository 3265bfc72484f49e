using Npgsql;
using NpgsqlTypes;

namespace Pylon.Postgres;

/// <summary>Statements with positional parameters; null is NULL.</summary>
public static class Sql
{
    public static NpgsqlCommand Command(this NpgsqlDataSource database, string sql, params ReadOnlySpan<object?> parameters)
    {
        ArgumentNullException.ThrowIfNull(database);
        var command = database.CreateCommand(sql);
        Add(command.Parameters, parameters);
        return command;
    }

    public static async Task<int> ExecuteAsync(
        this NpgsqlDataSource database, string sql, CancellationToken cancellationToken, params object?[] parameters)
    {
        await using var command = database.Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs the command, reads every row, and disposes the command.</summary>
    public static async Task<List<T>> ListAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        await using var owned = command;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ListAsync(read, cancellationToken);
    }

    /// <summary>Reads every row.</summary>
    public static async Task<List<T>> ListAsync<T>(this NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(read);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>One of the statements of a batch.</summary>
    public static NpgsqlBatchCommand Statement(string sql, params ReadOnlySpan<object?> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        Add(command.Parameters, parameters);
        return command;
    }

    /// <summary>
    /// The commit of this transaction does not wait for the disk. A crash of PostgreSQL may undo the transaction, so only for what is
    /// then done again.
    /// </summary>
    public static NpgsqlBatchCommand NotWaitingForDisk() => Statement("SELECT set_config('synchronous_commit', 'off', true)");

    /// <summary>A jsonb parameter.</summary>
    public static NpgsqlParameter Json(string? json) => new() { Value = (object?)json ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb };

    /// <summary>A timestamptz parameter; a null one has its type too, so that the server need not guess.</summary>
    public static NpgsqlParameter Time(DateTimeOffset? time) => new() { Value = (object?)time?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    /// <summary>A uuid parameter; a null one has its type too.</summary>
    public static NpgsqlParameter Uuid(Guid? id) => new() { Value = (object?)id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };

    /// <summary>
    /// Runs a state change, which names the expected old state in its WHERE, and, when it found its row, what belongs to
    /// it: all or nothing. False when it found none.
    /// </summary>
    public static Task<bool> ChangeAsync(
        this NpgsqlDataSource database, NpgsqlBatchCommand change, IReadOnlyList<NpgsqlBatchCommand> following, CancellationToken cancellationToken) =>
        new TenantDatabase(database, Tenant.All).ChangeAsync(change, following, cancellationToken);

    private static void Add(NpgsqlParameterCollection collection, ReadOnlySpan<object?> parameters)
    {
        foreach (var parameter in parameters)
            collection.Add(parameter as NpgsqlParameter ?? new NpgsqlParameter { Value = parameter ?? DBNull.Value });
    }
}
