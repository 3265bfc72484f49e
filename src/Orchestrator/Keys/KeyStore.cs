using System.Security.Cryptography;
using Npgsql;
using Pylon.Access;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Keys;

/// <summary>The keys of callers. Table api_keys.</summary>
internal sealed class KeyStore(NpgsqlDataSource database)
{
    private const string Columns = "id, name, operator_id, scopes, created_at, expires_at, last_used_at, revoked_at";

    // The built-in operator has no row.
    private const string Insert =
        """
        INSERT INTO api_keys (id, hash, name, operator_id, scopes, created_at, expires_at)
        SELECT $1, $2, $3, $4, $5, $6, $7
        WHERE $4 IS NULL OR $4 = $8 OR EXISTS (SELECT FROM operators WHERE id = $4)
        ON CONFLICT (id) DO NOTHING
        """;

    private const string Page =
        $"""
        SELECT {Columns} FROM api_keys
        WHERE ($1 OR revoked_at IS NULL) AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3))
        ORDER BY created_at DESC, id DESC
        LIMIT $4
        """;

    private const string Revoke = $"UPDATE api_keys SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1 RETURNING {Columns}";

    private const string Find = $"SELECT {Columns}, hash FROM api_keys WHERE id = $1";

    private const string Use = "UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $3)";

    private static readonly TimeSpan UseStep = TimeSpan.FromMinutes(1);

    /// <summary>Stores a key; false when its operator does not exist, or when it is there.</summary>
    public async Task<bool> AddAsync(StoredKey key, byte[] hash, CancellationToken cancellationToken) => await database.ExecuteAsync(
        Insert,
        cancellationToken,
        key.Id,
        hash,
        key.Name,
        Sql.Uuid(key.OperatorId),
        key.Scopes.ToArray(),
        Sql.Time(key.CreatedAt),
        Sql.Time(key.ExpiresAt),
        Caller.BuiltInOperator) > 0;

    public Task<List<StoredKey>> PageAsync(PageToken? after, bool includeRevoked, int atMost, CancellationToken cancellationToken) =>
        database.Command(Page, includeRevoked, Sql.Time(after?.Time), Sql.Uuid(after?.Id), atMost).ListAsync(Read, cancellationToken);

    /// <summary>Revokes a key; one that is revoked keeps its time. Null when there is no such key.</summary>
    public async Task<StoredKey?> RevokeAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await database.Command(Revoke, id, Sql.Time(now)).ListAsync(Read, cancellationToken)).SingleOrDefault();

    /// <summary>The key with this id and hash, if it may be used now; its use is noted, once in a minute.</summary>
    public async Task<StoredKey?> CheckAsync(Guid id, byte[] hash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = (await database.Command(Find, id).ListAsync(row => (Key: Read(row), Hash: row.GetFieldValue<byte[]>(8)), cancellationToken)).SingleOrDefault();
        if (found.Key is null || !CryptographicOperations.FixedTimeEquals(found.Hash, hash) || !found.Key.IsGood(now))
            return null;
        if (found.Key.LastUsedAt is not { } used || used < now - UseStep)
            await database.ExecuteAsync(Use, cancellationToken, id, Sql.Time(now), Sql.Time(now - UseStep));
        return found.Key;
    }

    private static StoredKey Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetGuid(2), row.GetFieldValue<string[]>(3), row.GetFieldValue<DateTimeOffset>(4), Time(row, 5), Time(row, 6), Time(row, 7));

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
