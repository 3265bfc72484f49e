using Dapper;
using Npgsql;
using Pylon.Postgres;

namespace Pylon.Insights.Alerts;

/// <summary>Reads rows into records by the names of their columns: <c>due_at</c> is read into DueAt.</summary>
internal static class Rows
{
    static Rows() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    public static async Task<List<T>> QueryAsync<T>(
        this NpgsqlDataSource database, string sql, CancellationToken cancellationToken, params object?[] parameters)
    {
        await using var command = database.Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var read = reader.GetRowParser<T>();
        return await reader.ListAsync(read, cancellationToken);
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
