using Dapper;
using Npgsql;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Workloads;

/// <summary>Reads rows into records by the names of their columns: <c>due_at</c> is read into DueAt.</summary>
internal static class Rows
{
    static Rows() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    public static async Task<List<T>> QueryAsync<T>(
        this NpgsqlDataSource database, string sql, CancellationToken cancellationToken, params object?[] parameters)
    {
        await using var command = database.Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync<T>(reader, cancellationToken);
    }

    public static async Task<List<T>> ReadAsync<T>(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var parse = reader.GetRowParser<T>();
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(parse(reader));
        return rows;
    }
}
