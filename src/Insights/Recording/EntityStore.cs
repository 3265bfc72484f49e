using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Npgsql;
using Pylon.Insights.Entities;
using Pylon.Postgres;

namespace Pylon.Insights.Recording;

/// <summary>An entity that has events.</summary>
/// <param name="RegionId">1 to 18; null when no event told it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct KnownEntity(long Ref, int? RegionId);

/// <summary>The entities that events are counted for; those seen lately are remembered.</summary>
internal sealed class EntityStore(NpgsqlDataSource database)
{
    private const int MostRemembered = 200_000;

    private const string Find =
        """
        SELECT e.operator_id, e.entity_type, e.entity, e.kind, e.entity_ref, e.region_id
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS k (operator_id, entity_type, entity, kind)
        JOIN entities e USING (operator_id, entity_type, entity, kind)
        """;

    // In one order, so that two writers do not wait for one another in a circle. A row that is there is not written, unless
    // its region becomes known.
    private const string Add =
        """
        INSERT INTO entities AS e (operator_id, entity_type, entity, kind, activity_unit, region_id)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[]) AS k (operator_id, entity_type, entity, kind, activity_unit, region_id)
        ORDER BY operator_id, entity_type, entity, kind
        ON CONFLICT (operator_id, entity_type, entity, kind) DO UPDATE SET region_id = excluded.region_id
            WHERE e.region_id IS NULL AND excluded.region_id IS NOT NULL
        """;

    private readonly ConcurrentDictionary<EntityKey, KnownEntity> _known = new();

    /// <summary>Those that are there, each read once.</summary>
    public async Task<Dictionary<EntityKey, KnownEntity>> FindAsync(IReadOnlyCollection<EntityKey> keys, CancellationToken cancellationToken)
    {
        var found = new Dictionary<EntityKey, KnownEntity>();
        foreach (var key in keys)
        {
            if (_known.TryGetValue(key, out var known))
                found[key] = known;
        }

        if (found.Count == keys.Count)
            return found;
        var missing = keys.Where(key => !found.ContainsKey(key)).ToList();
        await using var command = database.Command(Find, Columns(missing));
        await ReadAsync(command, found, cancellationToken);
        Remember(found);
        return found;
    }

    /// <summary>Adds those of the events that are not known, and regions that are not, in a transaction; then all of them are known.</summary>
    public static async Task EnsureAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<PreparedEvent> events, Dictionary<EntityKey, KnownEntity> known, CancellationToken cancellationToken)
    {
        var regions = new Dictionary<EntityKey, int?>();
        foreach (var one in events)
            regions[one.Entity] = regions.GetValueOrDefault(one.Entity) ?? one.Event.RegionId;
        var keys = regions.Keys.Where(key => !known.TryGetValue(key, out var entity) || (entity.RegionId is null && regions[key] is not null)).ToList();
        if (keys.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(Sql.Statement(
            Add, [.. Columns(keys), keys.Select(key => EmissionKind.UnitOf(key.Kind)).ToArray(), keys.Select(key => (short?)regions[key]).ToArray()]));
        batch.BatchCommands.Add(Sql.Statement(Find, Columns(keys)));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await ReadAsync(reader, known, cancellationToken);
    }

    /// <summary>Remembers what is committed.</summary>
    public void Remember(IReadOnlyDictionary<EntityKey, KnownEntity> committed)
    {
        if (_known.Count > MostRemembered)
            _known.Clear();
        foreach (var (key, entity) in committed)
            _known[key] = entity;
    }

    /// <summary>After a database that was restored, or emptied.</summary>
    public void Forget() => _known.Clear();

    private static async Task ReadAsync(NpgsqlCommand command, Dictionary<EntityKey, KnownEntity> found, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await ReadAsync(reader, found, cancellationToken);
    }

    private static async Task ReadAsync(NpgsqlDataReader reader, Dictionary<EntityKey, KnownEntity> found, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
        {
            found[new EntityKey(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3))] =
                new KnownEntity(reader.GetInt64(4), reader.IsDBNull(5) ? null : reader.GetInt16(5));
        }
    }

    private static object?[] Columns(List<EntityKey> keys) =>
    [
        keys.Select(key => key.OperatorId).ToArray(), keys.Select(key => key.EntityType).ToArray(), keys.Select(key => key.Entity).ToArray(), keys.Select(key => key.Kind).ToArray(),
    ];
}
