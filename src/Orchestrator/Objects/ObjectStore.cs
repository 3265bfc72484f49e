using Google.Protobuf;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Objects;

/// <summary>
/// The rows of one kind. The statements are the same for every kind: what differs, the table and its columns, is text of
/// the <see cref="Kind{T}"/>, never of a request.
/// </summary>
internal sealed class ObjectStore<T>(TenantDatabase database, Kind<T> kind, ILogger<ObjectStore<T>> logger)
    where T : class, IMessage<T>, new()
{
    private readonly string _find = $"SELECT {kind.Columns} FROM {kind.Table} WHERE id = $1 AND is_of({kind.Owner}, $2)";
    private readonly string _findByRequest = $"SELECT {kind.Columns} FROM {kind.Table} WHERE request_id = $1 AND request_hash = $2 AND is_of({kind.Owner}, $3)";
    private readonly string _delete = $"DELETE FROM {kind.Table} WHERE id = $1 AND is_of({kind.Owner}, $2) AND {kind.Deletable}";

    /// <summary>Whose objects it has.</summary>
    public Tenant Tenant => database.Tenant;

    /// <summary>The objects of one operator.</summary>
    public ObjectStore<T> Of(Tenant tenant) => new(database.Of(tenant), kind, logger);

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
            ?? await FirstAsync(_findByRequest, cancellationToken, requestId, requestHash, database.Tenant.Parameter);
    }

    public Task<T?> FindAsync(Guid id, CancellationToken cancellationToken) => FirstAsync(_find, cancellationToken, id, database.Tenant.Parameter);

    /// <summary>In the order of the key, those after <paramref name="after"/>.</summary>
    public Task<List<T>> PageAsync(string? after, IReadOnlyList<Condition> conditions, int atMost, CancellationToken cancellationToken)
    {
        var where = conditions.Select((condition, n) => condition.Sql.Replace("$?", $"${n + 4}", StringComparison.Ordinal)).Prepend($"{kind.Key} > $1 AND is_of({kind.Owner}, $3)");
        var select = $"SELECT {kind.Columns} FROM {kind.Table} WHERE {string.Join(" AND ", where)} ORDER BY {kind.Key} LIMIT $2";
        return database.PageAsync(
            logger,
            atMost,
            limit => Sql.Statement(select, [after ?? "", limit, database.Tenant.Parameter, .. conditions.Select(condition => condition.Value)]),
            cancellationToken,
            kind.Read);
    }

    /// <summary>A null value is the default of the column. Null when there is no such object.</summary>
    public Task<T?> UpdateAsync(Guid id, IReadOnlyList<(string Column, object? Value)> values, CancellationToken cancellationToken)
    {
        var given = values.Where(v => v.Value is not null).ToList();
        var set = given.Select((v, n) => $"{v.Column} = ${n + 3}").Concat(values.Where(v => v.Value is null).Select(v => $"{v.Column} = DEFAULT"));
        return FirstAsync(
            $"UPDATE {kind.Table} SET {string.Join(", ", set)} WHERE id = $1 AND is_of({kind.Owner}, $2) RETURNING {kind.Columns}",
            cancellationToken,
            [id, database.Tenant.Parameter, .. given.Select(v => v.Value)]);
    }

    /// <summary>False when there is no such object, or it may not be deleted.</summary>
    public async Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken) => await database.ExecuteAsync(_delete, cancellationToken, id, database.Tenant.Parameter) == 1;

    private async Task<T?> FirstAsync(string sql, CancellationToken cancellationToken, params object?[] parameters) =>
        (await QueryAsync(sql, cancellationToken, parameters)).FirstOrDefault();

    // A row that cannot be read is left out and logged.
    private Task<List<T>> QueryAsync(string sql, CancellationToken cancellationToken, params object?[] parameters) => database.ReadAsync(
        [Sql.Statement(sql, parameters)], reader => Rows.ReadAsync(reader, kind.Read, kind.Word, logger, cancellationToken), cancellationToken);
}
