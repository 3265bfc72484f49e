using Dapper;
using Npgsql;
using Pylon.Postgres;

namespace Pylon.Insights.Reading;

/// <summary>Reads rows into records by the names of their columns: <c>due_at</c> is read into DueAt.</summary>
internal static class Rows
{
    static Rows() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    public static Task<List<T>> QueryAsync<T>(
        this NpgsqlDataSource database, string sql, CancellationToken cancellationToken, params object?[] parameters) =>
        database.Command(sql, parameters).QueryAsync<T>(cancellationToken);

    /// <summary>The same as a tenant sees it.</summary>
    public static Task<List<T>> QueryAsync<T>(
        this TenantDatabase database, string sql, CancellationToken cancellationToken, params object?[] parameters) => database.ReadAsync(
            [Sql.Statement(sql, parameters)], reader => reader.ListAsync(reader.GetRowParser<T>(), cancellationToken), cancellationToken);

    /// <summary>The same of a command, which is disposed.</summary>
    public static async Task<List<T>> QueryAsync<T>(this NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var owned = command;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ListAsync(reader.GetRowParser<T>(), cancellationToken);
    }

    /// <summary>The first row, in the transaction of the connection; null when there is none.</summary>
    public static async Task<T?> FirstAsync<T>(
        this NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object?[] parameters)
        where T : class
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Sql.Statement(sql, parameters) } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? reader.GetRowParser<T>()(reader) : null;
    }
}
