using Google.Protobuf;
using Npgsql;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Objects;

/// <summary>
/// The rows of one kind. The statements are the same for every kind: what differs, the table and its columns, is text of
/// the <see cref="Kind{T}"/>, never of a request.
/// </summary>
internal sealed class ObjectStore<T>(NpgsqlDataSource database, Kind<T> kind, ILogger<ObjectStore<T>> logger)
    where T : class, IMessage<T>, new()
{
    private readonly string _find = $"SELECT {kind.Columns} FROM {kind.Table} WHERE id = $1";
    private readonly string _findByRequest = $"SELECT {kind.Columns} FROM {kind.Table} WHERE request_id = $1 AND request_hash = $2";
    private readonly string _delete = $"DELETE FROM {kind.Table} WHERE id = $1 AND {kind.Deletable}";

    /// <summary>The new object, or the one that the same request made before; null when another request has used the id.</summary>
    public async Task<T?> CreateAsync(Guid requestId, string requestHash, IReadOnlyList<(string Column, object Value)> values, CancellationToken cancellationToken)
    {
        var insert =
            $"""
            INSERT INTO {kind.Table} (request_id, request_hash, {string.Join(", ", values.Select(v => v.Column))})
            VALUES ($1, $2, {string.Join(", ", values.Select((_, n) => $"${n + 3}"))})
            ON CONFLICT (request_id) DO NOTHING
            RETURNING {kind.Columns}
            """;
        return await FirstAsync(insert, cancellationToken, [requestId, requestHash, .. values.Select(v => v.Value)])
            ?? await FirstAsync(_findByRequest, cancellationToken, requestId, requestHash);
    }

    public Task<T?> FindAsync(Guid id, CancellationToken cancellationToken) => FirstAsync(_find, cancellationToken, id);

    /// <summary>In the order of the key, those after <paramref name="after"/>.</summary>
    public Task<List<T>> PageAsync(string? after, IReadOnlyList<Condition> conditions, int atMost, CancellationToken cancellationToken)
    {
        var where = conditions.Select((condition, n) => condition.Sql.Replace("$?", $"${n + 3}", StringComparison.Ordinal)).Prepend($"{kind.Key} > $1");
        return QueryAsync(
            $"SELECT {kind.Columns} FROM {kind.Table} WHERE {string.Join(" AND ", where)} ORDER BY {kind.Key} LIMIT $2",
            cancellationToken,
            [after ?? "", atMost, .. conditions.Select(condition => condition.Value)]);
    }

    /// <summary>A null value is the default of the column. Null when there is no such object.</summary>
    public Task<T?> UpdateAsync(Guid id, IReadOnlyList<(string Column, object? Value)> values, CancellationToken cancellationToken)
    {
        var given = values.Where(v => v.Value is not null).ToList();
        var set = given.Select((v, n) => $"{v.Column} = ${n + 2}").Concat(values.Where(v => v.Value is null).Select(v => $"{v.Column} = DEFAULT"));
        return FirstAsync(
            $"UPDATE {kind.Table} SET {string.Join(", ", set)} WHERE id = $1 RETURNING {kind.Columns}",
            cancellationToken,
            [id, .. given.Select(v => v.Value)]);
    }

    /// <summary>False when there is no such object, or it may not be deleted.</summary>
    public async Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken) => await database.ExecuteAsync(_delete, cancellationToken, id) == 1;

    private async Task<T?> FirstAsync(string sql, CancellationToken cancellationToken, params object?[] parameters) =>
        (await QueryAsync(sql, cancellationToken, parameters)).FirstOrDefault();

    // A row that cannot be read is left out and logged.
    private async Task<List<T>> QueryAsync(string sql, CancellationToken cancellationToken, params object?[] parameters)
    {
        await using var command = database.Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await Rows.ReadAsync(reader, kind.Read, kind.Word, logger, cancellationToken);
    }
}
