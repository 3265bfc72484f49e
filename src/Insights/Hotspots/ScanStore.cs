using Npgsql;
using NpgsqlTypes;
using Pylon.Insights.Baselines;
using Pylon.Insights.Episodes;
using Pylon.Postgres;

namespace Pylon.Insights.Hotspots;

/// <summary>What a scan reads: which entities it has to look at, and their hours.</summary>
internal sealed class ScanStore(NpgsqlDataSource database, DirectDatabase direct)
{
    // One pass over the rows that changed, and that are visible: those of the transactions from the next pass's begin on are
    // read again then, and judged the same. An entity is looked at when one of its hours is abnormal, when it has a hotspot,
    // when whole days of it are compared, and when it has no baselines yet. The hour of the week is counted as HourOfWeek
    // does. The arrays of an entity have single precision, hence the margin: what is abnormal is decided by the rules.
    private const string Candidates =
        """
        SELECT r.entity_ref, min(r.hour), bool_or(be.entity_ref IS NULL)
        FROM hourly_rollups r
        LEFT JOIN baseline_entities be ON be.entity_ref = r.entity_ref
        LEFT JOIN (SELECT DISTINCT entity_ref FROM hotspots WHERE status <> 'resolved') live ON live.entity_ref = r.entity_ref
        CROSS JOIN LATERAL (SELECT CASE WHEN be.time_zone = 'UTC' THEN (date_part('epoch', r.hour)::bigint / 3600 + 72) % 168 + 1
            ELSE (date_part('epoch', r.hour AT TIME ZONE be.time_zone)::bigint / 3600 + 72) % 168 + 1 END AS slot) at
        WHERE r.changed_by >= $1 AND r.entity_ref > $2
          AND (be.entity_ref IS NULL OR be.is_sparse OR live.entity_ref IS NOT NULL
            OR r.activity >= 0.9999 * CASE WHEN $3 = 'Band' OR be.expected[at.slot] = 0 THEN be.expected[at.slot] + $4 * be.band[at.slot]
                WHEN $3 = 'Excess' THEN be.expected[at.slot] * (1 + $4) ELSE be.expected[at.slot] * $4 END
            OR (r.reported_kg > 0
                AND r.reported_kg - r.predicted_of_reported_kg >= $4 * greatest(0.25 * r.predicted_of_reported_kg, r.uncertainty_of_reported_kg)))
        GROUP BY r.entity_ref
        ORDER BY r.entity_ref
        LIMIT $5
        """;

    // Hours that were in progress when they were last looked at have to be looked at when they are over.
    private const string LiveWithHours =
        """
        SELECT h.entity_ref, min(h.last_hour) FROM hotspots h
        WHERE h.status <> 'resolved' AND h.kind <> 'grid' AND h.entity_ref > $1
          AND EXISTS (SELECT FROM hourly_rollups r WHERE r.entity_ref = h.entity_ref AND r.hour > h.last_hour)
        GROUP BY h.entity_ref ORDER BY h.entity_ref LIMIT $2
        """;

    private const string Entities =
        """
        SELECT e.entity_ref, e.operator_id, e.entity_type, e.entity, e.kind, e.region_id, e.time_zone, be.is_sparse, be.mean_activity, be.through, last.hour
        FROM entities e JOIN baseline_entities be USING (entity_ref)
        CROSS JOIN LATERAL (SELECT max(hour) AS hour FROM hourly_rollups WHERE entity_ref = e.entity_ref) last
        WHERE e.entity_ref = ANY ($1) AND last.hour IS NOT NULL
        """;

    private const string Baselines =
        """
        SELECT entity_ref, hour_of_week, baseline_value, sigma, sample_size, factor, output FROM baselines WHERE entity_ref = ANY ($1)
        """;

    private const string Rows =
        """
        SELECT r.entity_ref, r.hour, r.activity, r.co2_kg, r.output, r.reported_kg, r.predicted_of_reported_kg, r.uncertainty_of_reported_kg
        FROM unnest($1::bigint[], $2::timestamptz[]) e (entity_ref, since)
        JOIN hourly_rollups r ON r.entity_ref = e.entity_ref AND r.hour >= e.since
        ORDER BY r.entity_ref, r.hour
        """;

    private const string LiveRegions = "SELECT e.entity::int, h.id FROM hotspots h JOIN entities e USING (entity_ref) WHERE h.kind = 'grid' AND h.status IN ('open', 'acknowledged', 'ignored')";

    private const string LastScan = "SELECT id, hotspots_found, hotspots FROM hotspot_scans ORDER BY id DESC LIMIT 1";

    private const string LastBegin = "SELECT max(started_at) FROM hotspot_scans";

    private const string SaveScan =
        "INSERT INTO hotspot_scans (started_at, finished_at, hotspots_found, hotspots) VALUES ($1, $2, $3, $4) RETURNING id, hotspots_found, hotspots";

    private const string DeleteOldScans = "DELETE FROM hotspot_scans WHERE id <= (SELECT max(id) - 10000 FROM hotspot_scans)";

    private const string TryLock = "SELECT pg_try_advisory_lock(hashtextextended('pylon.insights.hotspots', 0))";

    private const string WaitForLock = "SELECT pg_advisory_lock(hashtextextended('pylon.insights.hotspots', 0))";

    /// <summary>The longest wait for another scan, seconds.</summary>
    private const int LongestWait = 60;

    /// <summary>Holds the lock of the scan, when it gets it, until it is disposed.</summary>
    public Task<Session> OpenAsync(CancellationToken cancellationToken) => Session.OpenAsync(direct, cancellationToken);

    /// <summary>True when this connection may scan; false when another one does.</summary>
    public static async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(TryLock, connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Waits for the scan of another one to end; false when that takes longer than a minute.</summary>
    public static async Task<bool> WaitForLockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var limit = new NpgsqlCommand($"SET lock_timeout = '{LongestWait}s'", connection);
        await limit.ExecuteNonQueryAsync(cancellationToken);
        await using var command = new NpgsqlCommand(WaitForLock, connection) { CommandTimeout = LongestWait + 10 };
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    }

    public async Task<ScanResult?> LastAsync(CancellationToken cancellationToken) =>
        (await database.Command(LastScan).ListAsync(Result, cancellationToken)).FirstOrDefault();

    /// <summary>When the last scan that ended began.</summary>
    public async Task<DateTimeOffset?> LastBeginAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command(LastBegin);
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime at ? new DateTimeOffset(at, TimeSpan.Zero) : null;
    }

    public async Task<ScanResult> SaveAsync(DateTimeOffset started, DateTimeOffset finished, int found, Guid[] hotspots, CancellationToken cancellationToken)
    {
        var saved = (await database.Command(SaveScan, Sql.Time(started), Sql.Time(finished), found, hotspots).ListAsync(Result, cancellationToken)).Single();
        if (saved.Id % 1000 == 0)
            await database.ExecuteAsync(DeleteOldScans, cancellationToken);
        return saved;
    }

    /// <summary>Entities to look at, in order, with the first hour that changed and whether their baselines are still to be made.</summary>
    public async Task<List<(long EntityRef, DateTimeOffset From, bool IsUnknown)>> CandidatesAsync(RollupPass pass, HotspotOptions options, int atMost, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            Candidates, RollupPass.Xid(pass.From), pass.AfterEntity, options.Basis.ToString(), options.ThresholdInfo, atMost);
        command.CommandTimeout = 300;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ListAsync(row => (row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1), row.GetBoolean(2)), cancellationToken);
    }

    /// <summary>Entities with a hotspot and with hours after the last that was judged.</summary>
    public Task<List<(long EntityRef, DateTimeOffset From, bool IsUnknown)>> LiveAsync(long after, int atMost, CancellationToken cancellationToken) =>
        database.Command(LiveWithHours, after, atMost).ListAsync(row => (row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1), false), cancellationToken);

    /// <summary>The regions with a hotspot, by region_id.</summary>
    public async Task<IReadOnlyDictionary<int, Guid>> LiveRegionsAsync(CancellationToken cancellationToken) =>
        (await database.Command(LiveRegions).ListAsync(row => (Region: row.GetInt32(0), Id: row.GetGuid(1)), cancellationToken))
            .DistinctBy(one => one.Region).ToDictionary(one => one.Region, one => one.Id);

    /// <summary>Entities with their hours and the table of what is normal, by entity_ref. Those without baselines are left out.</summary>
    public async Task<SortedDictionary<long, WatchedEntity>> ReadAsync(IReadOnlyDictionary<long, DateTimeOffset> from, TimeSpan judgedBack, CancellationToken cancellationToken)
    {
        var refs = from.Keys.ToArray();
        var found = new SortedDictionary<long, WatchedEntity>();
        await using (var command = database.Command(Entities, (object)refs))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var entity = Entity(reader);
                var first = from[entity.EntityRef] < entity.Newest - judgedBack ? entity.Newest - judgedBack : from[entity.EntityRef];
                found.Add(entity.EntityRef, entity with { From = entity.IsSparse ? EntityHistory.StartOfDay(HourOfWeek.DayOf(first, entity.TimeZone)) : first });
            }
        }

        await using (var command = database.Command(Baselines, (object)found.Values.Where(entity => !entity.IsAsOf).Select(entity => entity.EntityRef).ToArray()))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var entity = found[reader.GetInt64(0)];
                entity.Baselines[reader.GetInt16(1)] = new Baseline(reader.GetDouble(2), reader.GetDouble(3), entity.Mean, reader.GetInt16(4))
                {
                    Factor = reader.IsDBNull(5) ? double.NaN : reader.GetDouble(5),
                    Output = reader.IsDBNull(6) ? double.NaN : reader.GetDouble(6),
                };
            }
        }

        await using (var command = database.Command(Rows, found.Keys.ToArray(), found.Values.Select(entity => entity.Since.UtcDateTime).ToArray()))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                found[reader.GetInt64(0)].Rows.Add(Row(reader));
        }

        return found;
    }

    private static WatchedEntity Entity(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetString(4), row.IsDBNull(5) ? null : row.GetInt16(5), row.GetString(6),
        row.GetBoolean(7), row.GetDouble(8), row.GetFieldValue<DateTimeOffset>(9), row.GetFieldValue<DateTimeOffset>(10));

    private static ActivityHour Row(NpgsqlDataReader row) => new(row.GetFieldValue<DateTimeOffset>(1), row.GetDouble(2), row.GetDouble(3))
    {
        Output = row.GetDouble(4),
        ReportedKg = row.GetDouble(5),
        PredictedKg = row.GetDouble(6),
        UncertaintyKg = row.GetDouble(7),
    };

    private static ScanResult Result(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetInt32(1), row.GetFieldValue<Guid[]>(2));
}
