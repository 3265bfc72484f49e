using Npgsql;
using Pylon.Postgres;

namespace Pylon.Ingestion.Zones;

/// <summary>Every statement on grid_zones.</summary>
internal sealed class ZoneStore(NpgsqlDataSource dataSource)
{
    // Two rows that share a text are as ambiguous as two thousand, so no more are read: two of any kind and two
    // without a code, which are the ones that a reference with a code may match.
    private const string FindCandidates =
        """
        SELECT z.id, z.grid_zone_code, z.zone_name, z.locality, z.region, z.country, z.region_id, z.source
        FROM unnest($1) AS k JOIN grid_zones z ON lower(z.grid_zone_code COLLATE "C") = k
        UNION
        SELECT z.* FROM unnest($2) AS k CROSS JOIN LATERAL (
            (SELECT id, grid_zone_code, zone_name, locality, region, country, region_id, source
             FROM grid_zones WHERE lower(zone_name COLLATE "C") = k LIMIT 2)
            UNION ALL
            (SELECT id, grid_zone_code, zone_name, locality, region, country, region_id, source
             FROM grid_zones WHERE lower(zone_name COLLATE "C") = k AND grid_zone_code IS NULL LIMIT 2)) z
        UNION
        SELECT z.* FROM unnest($3) AS k CROSS JOIN LATERAL (
            (SELECT id, grid_zone_code, zone_name, locality, region, country, region_id, source
             FROM grid_zones WHERE lower(locality COLLATE "C") = k LIMIT 2)
            UNION ALL
            (SELECT id, grid_zone_code, zone_name, locality, region, country, region_id, source
             FROM grid_zones WHERE lower(locality COLLATE "C") = k AND grid_zone_code IS NULL LIMIT 2)) z
        UNION
        SELECT z.* FROM unnest($4) AS k CROSS JOIN LATERAL (
            (SELECT id, grid_zone_code, zone_name, locality, region, country, region_id, source
             FROM grid_zones WHERE lower(region COLLATE "C") = k LIMIT 2)
            UNION ALL
            (SELECT id, grid_zone_code, zone_name, locality, region, country, region_id, source
             FROM grid_zones WHERE lower(region COLLATE "C") = k AND grid_zone_code IS NULL LIMIT 2)) z
        """;

    // In a fixed order, so that two calls with the same zones wait for each other and do not deadlock.
    private const string Register =
        """
        INSERT INTO grid_zones (id, grid_zone_code, zone_name, locality, region, country, region_id, source)
        SELECT v.id, v.code, v.name, v.locality, v.region, v.country, r.region_id, $7
        FROM unnest($1, $2, $3, $4, $5, $6) AS v (id, code, name, locality, region, country)
        LEFT JOIN LATERAL region_of_zone(v.name, v.locality, v.region) r (region_id) ON coalesce(v.country, 'GB') = 'GB'
        ORDER BY lower(v.code COLLATE "C"), lower(v.name COLLATE "C")
        ON CONFLICT DO NOTHING
        RETURNING id, grid_zone_code, zone_name, locality, region, country, region_id, source
        """;

    private const string List =
        """
        SELECT id, grid_zone_code, zone_name, locality, region, country, region_id, source
        FROM grid_zones
        WHERE $1 IS NULL
           OR ((grid_zone_code IS NULL), lower(coalesce(grid_zone_code, '') COLLATE "C"), id)
              > (($1 = ''), lower($1 COLLATE "C"), $2)
        ORDER BY (grid_zone_code IS NULL), lower(coalesce(grid_zone_code, '') COLLATE "C"), id
        LIMIT $3
        """;

    /// <summary>The zones that could be meant by one of the references.</summary>
    public Task<List<Zone>> FindCandidatesAsync(IReadOnlyList<ZoneReference> references, CancellationToken cancellationToken) =>
        dataSource.Command(FindCandidates, Keys(references, r => r.Code), Keys(references, r => r.Name), Keys(references, r => r.Locality), Keys(references, r => r.Region))
            .ListAsync(Read, cancellationToken);

    /// <summary>Stores all the zones or, when another call has stored one of them meanwhile, none and null.</summary>
    public async Task<IReadOnlyList<Zone>?> RegisterAsync(IReadOnlyList<Zone> zones, string source, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var command = new NpgsqlCommand(Register, connection, transaction);
        command.Parameters.AddWithValue(zones.Select(z => z.Id).ToArray());
        command.Parameters.AddWithValue(zones.Select(z => z.Code).ToArray());
        command.Parameters.AddWithValue(zones.Select(z => z.Name).ToArray());
        command.Parameters.AddWithValue(zones.Select(z => z.Locality).ToArray());
        command.Parameters.AddWithValue(zones.Select(z => z.Region).ToArray());
        command.Parameters.AddWithValue(zones.Select(z => z.Country).ToArray());
        command.Parameters.AddWithValue(source);
        try
        {
            var stored = await command.ListAsync(Read, cancellationToken);
            if (stored.Count < zones.Count)
                return null;
            await transaction.CommitAsync(cancellationToken);
            return stored;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DeadlockDetected)
        {
            return null;
        }
    }

    /// <summary>Zones by code, those without one last; the ones after <paramref name="after"/> when it is given.</summary>
    public Task<List<Zone>> ListAsync(ZonePage? after, int limit, CancellationToken cancellationToken) =>
        dataSource.Command(List, new NpgsqlParameter<string?> { TypedValue = after?.Code }, after?.Id ?? Guid.Empty, limit).ListAsync(Read, cancellationToken);

    private static string[] Keys(IReadOnlyList<ZoneReference> references, Func<ZoneReference, string?> text) =>
        [.. references.Select(text).OfType<string>().Select(ZoneBook.Fold).Distinct()];

    private static Zone Read(NpgsqlDataReader reader)
    {
        return new Zone(reader.GetGuid(0), Text(1), Text(2), Text(3), Text(4), Text(5), reader.IsDBNull(6) ? null : reader.GetInt16(6), reader.GetString(7));

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }
}
