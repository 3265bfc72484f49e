using Npgsql;
using NpgsqlTypes;
using Pylon.Postgres;

namespace Pylon.Insights.Baselines;

/// <summary>Reads what baselines are made of, and stores them.</summary>
internal sealed class BaselineStore(TenantDatabase database, DirectDatabase direct)
{
    private const string ChangedEntities =
        """
        SELECT DISTINCT entity_ref FROM hourly_rollups
        WHERE changed_by >= $1 AND changed_by < $2 AND entity_ref > $3
        ORDER BY entity_ref LIMIT $4
        """;

    // Hours that are not over are not in a baseline.
    private const string Rows =
        """
        SELECT e.entity_ref, e.time_zone, r.hour, r.activity, r.co2_kg, r.output
        FROM entities e
        CROSS JOIN LATERAL (SELECT max(hour) AS hour FROM hourly_rollups WHERE entity_ref = e.entity_ref AND hour <= $2) last
        JOIN hourly_rollups r ON r.entity_ref = e.entity_ref AND r.hour > last.hour - $3 AND r.hour <= last.hour
        WHERE e.entity_ref = ANY ($1)
        ORDER BY e.entity_ref, r.hour
        """;

    private const string Accepted =
        "SELECT entity_ref, before_hour, hour_of_week, ratio, level FROM accepted_levels WHERE entity_ref = ANY ($1) ORDER BY id";

    private const string SaveEntity =
        """
        INSERT INTO baseline_entities (entity_ref, time_zone, is_sparse, mean_activity, through, updated_at, expected, band)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (entity_ref) DO UPDATE SET (time_zone, is_sparse, mean_activity, through, updated_at, expected, band)
            = (excluded.time_zone, excluded.is_sparse, excluded.mean_activity, excluded.through, excluded.updated_at, excluded.expected, excluded.band)
        """;

    private const string DeleteOthers =
        """
        DELETE FROM baselines b WHERE b.entity_ref = ANY ($1) AND NOT EXISTS (
            SELECT FROM unnest($2::bigint[], $3::smallint[]) n (entity_ref, hour_of_week)
            WHERE n.entity_ref = b.entity_ref AND n.hour_of_week = b.hour_of_week)
        """;

    // What is the same is not written again.
    private const string SaveBaselines =
        """
        INSERT INTO baselines (entity_ref, hour_of_week, baseline_value, sigma, band, factor, output, sample_size, confidence_score, calculation_method, updated_at)
        SELECT n.*, CASE WHEN hour_of_week < 168 THEN 'median of the hour of week' ELSE 'median of the day of week' END, $10
        FROM unnest($1::bigint[], $2::smallint[], $3::double precision[], $4::double precision[], $5::double precision[],
            $6::double precision[], $7::double precision[], $8::smallint[], $9::double precision[])
            n (entity_ref, hour_of_week, baseline_value, sigma, band, factor, output, sample_size, confidence_score)
        ON CONFLICT (entity_ref, hour_of_week) DO UPDATE SET
            (baseline_value, sigma, band, factor, output, sample_size, confidence_score, calculation_method, updated_at)
            = (excluded.baseline_value, excluded.sigma, excluded.band, excluded.factor, excluded.output, excluded.sample_size,
                excluded.confidence_score, excluded.calculation_method, excluded.updated_at)
        WHERE (baselines.baseline_value, baselines.sigma, baselines.band, baselines.factor, baselines.output, baselines.sample_size)
            IS DISTINCT FROM (excluded.baseline_value, excluded.sigma, excluded.band, excluded.factor, excluded.output, excluded.sample_size)
        """;

    private const string List =
        """
        SELECT b.entity_ref, e.entity, e.entity_type, e.kind, e.activity_unit, b.hour_of_week, b.baseline_value, b.sigma, b.band, b.factor,
            b.calculation_method, b.sample_size, b.confidence_score, b.updated_at
        FROM baselines b JOIN entities e USING (entity_ref)
        WHERE ($1 = '' OR e.entity = $1) AND ($2 = '' OR e.entity_type = $2) AND (b.entity_ref, b.hour_of_week) > ($3, $4)
          AND is_of(e.operator_id, $6)
        ORDER BY b.entity_ref, b.hour_of_week
        LIMIT $5
        """;

    private const string TakeLock = "SELECT pg_try_advisory_lock(hashtextextended('pylon.insights.baselines', 0))";

    /// <summary>What is of one operator.</summary>
    public BaselineStore Of(Tenant tenant) => new(database.Of(tenant), direct);

    /// <summary>Holds the lock of the building until it is disposed; null when another one holds it.</summary>
    public Task<Session?> TryLockAsync(CancellationToken cancellationToken) => Session.TryLockAsync(direct, TakeLock, cancellationToken);

    /// <summary>Entities with roll-ups that changed in a pass, in order.</summary>
    public Task<List<long>> ChangedEntitiesAsync(RollupPass pass, int atMost, CancellationToken cancellationToken) =>
        database.OfAll.Command(ChangedEntities, RollupPass.Xid(pass.From), RollupPass.Xid(pass.Target), pass.AfterEntity, atMost)
            .ListAsync(row => row.GetInt64(0), cancellationToken);

    /// <summary>The hours that are over of some entities, with what persons accepted.</summary>
    /// <param name="entities">By their refs.</param>
    /// <param name="lastHour">The last hour that is over.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<(long EntityRef, string TimeZone, List<ActivityHour> Rows)>> RowsAsync(long[] entities, DateTimeOffset lastHour, CancellationToken cancellationToken)
    {
        var found = new List<(long EntityRef, string TimeZone, List<ActivityHour> Rows)>();
        await using var command = database.OfAll.Command(Rows, entities, Sql.Time(lastHour), TimeSpan.FromDays(7 * EntityHistory.WeeksBack));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var entity = reader.GetInt64(0);
            if (found.Count == 0 || found[^1].EntityRef != entity)
                found.Add((entity, reader.GetString(1), []));
            found[^1].Rows.Add(new ActivityHour(reader.GetFieldValue<DateTimeOffset>(2), reader.GetDouble(3), reader.GetDouble(4)) { Output = reader.GetDouble(5) });
        }

        return found;
    }

    public async Task<ILookup<long, AcceptedLevel>> AcceptedAsync(long[] entities, CancellationToken cancellationToken) =>
        (await database.OfAll.Command(Accepted, entities).ListAsync(
            row => (EntityRef: row.GetInt64(0), Level: new AcceptedLevel(
                row.GetFieldValue<DateTimeOffset>(1), row.IsDBNull(2) ? null : row.GetInt16(2), NullableDouble(row, 3), NullableDouble(row, 4))),
            cancellationToken)).ToLookup(one => one.EntityRef, one => one.Level);

    /// <summary>All of it, or nothing.</summary>
    public async Task SaveAsync(IReadOnlyList<BuiltBaselines> built, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (built.Count == 0)
            return;
        var refs = built.Select(one => one.EntityRef).ToArray();
        var rows = built.SelectMany(one => one.Baselines.Select(each => (one.EntityRef, each.HourOfWeek, each.Baseline))).ToList();
        var (rowRefs, hours) = (rows.Select(row => row.EntityRef).ToArray(), rows.Select(row => (short)row.HourOfWeek).ToArray());
        await using var connection = await database.OfAll.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                Sql.Statement(DeleteOthers, refs, rowRefs, hours),
                Sql.Statement(
                    SaveBaselines, rowRefs, hours, rows.Select(row => row.Baseline.Expected).ToArray(), rows.Select(row => row.Baseline.Sigma).ToArray(),
                    rows.Select(row => row.Baseline.Band).ToArray(), rows.Select(row => Known(row.Baseline.Factor)).ToArray(),
                    rows.Select(row => Known(row.Baseline.Output)).ToArray(), rows.Select(row => (short)row.Baseline.Samples).ToArray(),
                    rows.Select(row => row.Baseline.Confidence).ToArray(), Sql.Time(now)),
            },
        };
        foreach (var one in built)
        {
            batch.BatchCommands.Add(Sql.Statement(
                SaveEntity, one.EntityRef, one.TimeZone, one.IsSparse, one.Mean, Sql.Time(one.Through), Sql.Time(now),
                ByHour(one, baseline => baseline.Expected), ByHour(one, baseline => baseline.Band)));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A page, by entity and hour of week.</summary>
    public Task<List<BaselineRow>> ListAsync(string entity, string entityType, (long EntityRef, short HourOfWeek) after, int atMost, CancellationToken cancellationToken) =>
        database.ListAsync(
            List,
            row => new BaselineRow(
                row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetInt16(5), row.GetDouble(6), row.GetDouble(7),
                row.GetDouble(8), NullableDouble(row, 9), row.GetString(10), row.GetInt16(11), row.GetDouble(12), row.GetFieldValue<DateTimeOffset>(13)),
            cancellationToken, entity, entityType, after.EntityRef, after.HourOfWeek, atMost, database.Tenant.Parameter);

    private static float?[] ByHour(BuiltBaselines built, Func<Baseline, double> value)
    {
        var values = new float?[HourOfWeek.Hours];
        foreach (var (hour, baseline) in built.Baselines)
        {
            if (hour < HourOfWeek.Hours && baseline.Confidence >= Baseline.LeastConfidence)
                values[hour] = (float)value(baseline);
        }

        return values;
    }

    private static double? Known(double value) => double.IsFinite(value) ? value : null;

    private static double? NullableDouble(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDouble(column);
}
