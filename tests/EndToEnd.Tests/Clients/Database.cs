using Npgsql;

namespace Pylon.EndToEnd.Tests.Clients;

/// <summary>Plain SQL, as with psql: on the search path of the database.</summary>
internal sealed class Database(string connectionString) : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(connectionString);

    public async Task ExecuteAsync(string sql, params object[] arguments)
    {
        await using var command = Command(sql, arguments);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The rows, each as the array of its columns; null stands for NULL.</summary>
    public async Task<IReadOnlyList<object?[]>> QueryAsync(string sql, params object[] arguments)
    {
        await using var command = Command(sql, arguments);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<object?[]>();
        while (await reader.ReadAsync())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(n => reader.IsDBNull(n) ? null : reader.GetValue(n))]);
        return rows;
    }

    public async Task<long> CountAsync(string sql, params object[] arguments) =>
        Convert.ToInt64((await QueryAsync(sql, arguments))[0][0], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The number of workloads in each state, of those with names like this.</summary>
    public async Task<IReadOnlyDictionary<string, long>> StatesAsync(string nameLike) =>
        (await QueryAsync("SELECT status, count(*) FROM compute_workloads WHERE workload_name LIKE $1 GROUP BY status", nameLike))
            .ToDictionary(row => (string)row[0]!, row => (long)row[1]!);

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private NpgsqlCommand Command(string sql, object[] arguments)
    {
        var command = _source.CreateCommand(sql);
        foreach (var argument in arguments)
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        return command;
    }
}
