using Npgsql;
using Pylon.Insights.Freezing;
using Pylon.Insights.Reading;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Insights.Recommendations;

/// <summary>The tables recommendations, recommendation_runs and recommendation_baselines.</summary>
internal sealed class RecommendationStore(TenantDatabase database)
{
    private const string Due =
        """
        SELECT h.id, h.operator_id, h.entity_ref, h.entity, h.entity_type, h.kind, h.cause, h.predicted_co2, h.baseline_co2, h.percent_above,
            h.event_id, CASE WHEN h.entity_type = 'region' AND h.entity ~ '^[0-9]{1,2}$' THEN h.entity::integer ELSE e.region_id END AS region_id
        FROM hotspots h JOIN entities e USING (entity_ref)
        WHERE h.id IN (
                SELECT id FROM hotspots WHERE created_at > $1 AND status = 'resolved'
                UNION ALL SELECT id FROM hotspots WHERE status IN ('open', 'acknowledged'))
            AND h.severity IN ('warn', 'critical') AND NOT EXISTS (SELECT 1 FROM recommendation_runs r WHERE r.hotspot_id = h.id) AND NOT h.id = ANY ($3)
        ORDER BY h.created_at, h.id
        LIMIT $2
        """;

    private const string Run =
        "INSERT INTO recommendation_runs (hotspot_id, engine, engine_reason, recommendations, made_at) VALUES ($1, $2, left($3, 2000), $4, $5) ON CONFLICT DO NOTHING";

    private const string Insert =
        """
        INSERT INTO recommendations (id, operator_id, hotspot_id, entity_ref, supplier_id, entity_type, kind, cause, rank, playbook_id, lever, title,
            description, co2_reduction, reduction_hours, reduction_status, cost_impact, feasibility, confidence, root_cause, engine, engine_reason,
            simulated_kg, low_kg, high_kg, created_at, updated_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, left($22, 2000), $23, $24, $25, $26, $26, $27)
        """;

    private const string Taken =
        """
        SELECT DISTINCT playbook_id FROM recommendations
        WHERE entity_ref = $1 AND playbook_id IS NOT NULL
            AND (status IN ('pending', 'approved', 'implemented', 'verified') OR (status = 'rejected' AND decided_at > $2))
        """;

    private const string Select = $"SELECT {Recommendation.Columns} FROM recommendations";

    private const string ById = $"{Select} WHERE id = $1 AND is_of(operator_id, $2)";

    private const string PageOf =
        $"""
        {Select}
        WHERE (created_at, id) < ($1, $2) AND ($3 = '' OR status = $3) AND ($4::uuid IS NULL OR hotspot_id = $4) AND ($5 = '' OR supplier_id = $5)
          AND is_of(operator_id, $7)
        ORDER BY created_at DESC, id DESC
        LIMIT $6
        """;

    // Materialised, because the planner may run a subquery again, and each time it takes other rows.
    private const string Expire =
        $"""
        WITH due AS MATERIALIZED (
            SELECT id FROM recommendations WHERE status = 'pending' AND expires_at <= $1
            ORDER BY expires_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)
        UPDATE recommendations SET status = 'expired', updated_at = $1
        WHERE id IN (SELECT id FROM due)
        RETURNING {Recommendation.Columns}
        """;

    private const string Decide =
        """
        UPDATE recommendations SET status = $2, decided_by = $3, decided_at = $4, updated_at = $4, note = $5, frozen_factor = $6, frozen_activity_per_output = $7
        WHERE id = $1 AND is_of(operator_id, $8) AND status = 'pending' AND expires_at > $4
        """;

    private const string Freeze =
        """
        INSERT INTO recommendation_baselines (recommendation_id, hour_of_week, expected_activity, samples)
        SELECT $1, * FROM unnest($2::smallint[], $3::double precision[], $4::smallint[])
        """;

    private const string Implement =
        """
        UPDATE recommendations SET status = 'implemented', implemented_by = $2, implemented_at = $3, updated_at = $4,
            note = CASE WHEN $5 = '' THEN note ELSE left(concat_ws(E'\n', nullif(note, ''), $5), 2000) END
        WHERE id = $1 AND is_of(operator_id, $6) AND status = 'approved'
        """;

    private const string Counts =
        """
        SELECT status, count(*)::integer, coalesce(sum(measured_kg), 0), coalesce(sum(co2_reduction) FILTER (WHERE measured_kg IS NULL), 0)
        FROM recommendations WHERE is_of(operator_id, $1) GROUP BY status
        """;

    /// <summary>What is of one operator.</summary>
    public RecommendationStore Of(Tenant tenant) => new(database.Of(tenant));

    /// <summary>Hotspots of warn and above that need recommendations, the oldest first.</summary>
    /// <param name="since">One that is resolved and older gets none any more.</param>
    /// <param name="atMost">How many.</param>
    /// <param name="without">Those that are not asked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<List<DueHotspot>> DueAsync(DateTimeOffset since, int atMost, IReadOnlyCollection<Guid> without, CancellationToken cancellationToken) =>
        database.QueryAsync<DueHotspot>(Due, cancellationToken, Sql.Time(since), atMost, without.ToArray());

    /// <summary>Stores what was made for a hotspot, all or nothing; false when it was made already.</summary>
    public Task<bool> AddAsync(
        DueHotspot hotspot, string engine, string reason, DateTimeOffset now, IReadOnlyList<Recommendation> made, CancellationToken cancellationToken) =>
        database.ChangeAsync(
            Sql.Statement(Run, hotspot.Id, engine, reason, (short)made.Count, Sql.Time(now)),
            [.. made.SelectMany(one => RecommendationEvents.Proposed(one).Prepend(InsertOf(hotspot.OperatorId, one)))],
            cancellationToken);

    /// <summary>Measures that are proposed, chosen or done for an entity, or were rejected for it.</summary>
    /// <param name="entityRef">The entity.</param>
    /// <param name="rejectedSince">A rejection before that does not count any more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlySet<string>> TakenAsync(long entityRef, DateTimeOffset rejectedSince, CancellationToken cancellationToken)
    {
        var taken = await database.ListAsync(Taken, row => row.GetString(0), cancellationToken, entityRef, Sql.Time(rejectedSince));
        return taken.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Null when there is none.</summary>
    public async Task<Recommendation?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await database.QueryAsync<Recommendation>(ById, cancellationToken, id, database.Tenant.Parameter)).FirstOrDefault();

    /// <summary>Newest first; empty filters take all.</summary>
    public Task<List<Recommendation>> PageAsync(
        PageToken? after, string status, Guid? hotspotId, string supplierId, int atMost, CancellationToken cancellationToken) =>
        database.QueryAsync<Recommendation>(
            PageOf, cancellationToken, after?.Time.UtcDateTime ?? DateTime.MaxValue, after?.Id ?? Guid.AllBitsSet, status, Sql.Uuid(hotspotId), supplierId, atMost,
            database.Tenant.Parameter);

    /// <summary>Approves a pending recommendation together with its frozen baseline; false when it is not pending any more.</summary>
    public Task<bool> ApproveAsync(
        Recommendation recommendation, string userId, string note, DateTimeOffset now, FrozenBaseline baseline, CancellationToken cancellationToken) =>
        database.ChangeAsync(
            DecideOf(recommendation.Id, RecommendationStatus.Approved, userId, note, now, baseline),
            [FreezeOf(recommendation.Id, baseline), .. RecommendationEvents.Decided(recommendation, RecommendationStatus.Approved, userId, note)],
            cancellationToken);

    /// <summary>Rejects a pending recommendation; false when it is not pending any more.</summary>
    public Task<bool> RejectAsync(Recommendation recommendation, string userId, string note, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ChangeAsync(
            DecideOf(recommendation.Id, RecommendationStatus.Rejected, userId, note, now, baseline: null),
            RecommendationEvents.Decided(recommendation, RecommendationStatus.Rejected, userId, note),
            cancellationToken);

    /// <summary>False when it is not approved, or implemented already.</summary>
    public Task<bool> ImplementAsync(
        Recommendation recommendation, string userId, string note, DateTimeOffset implementedAt, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ChangeAsync(
            Sql.Statement(Implement, recommendation.Id, userId, Sql.Time(implementedAt), Sql.Time(now), note, database.Tenant.Parameter),
            RecommendationEvents.Implemented(recommendation, userId, note),
            cancellationToken);

    /// <summary>Ends what nobody decided in time, all or nothing; the number of those.</summary>
    public async Task<int> ExpireAsync(DateTimeOffset now, int atMost, CancellationToken cancellationToken)
    {
        await using var connection = await database.OfAll.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Expire, connection, transaction) { Parameters = { Sql.Time(now), new() { Value = atMost } } };
        var expired = await Rows.QueryAsync<Recommendation>(command, cancellationToken);
        if (expired.Count == 0)
            return 0;
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var entry in expired.SelectMany(one => RecommendationEvents.Decided(one, RecommendationStatus.Expired, "", "nobody decided in time")))
            batch.BatchCommands.Add(entry);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return expired.Count;
    }

    /// <summary>By status: how many, the sum of what was measured, and of what is claimed by those that are not measured, kg CO2e.</summary>
    public Task<List<StatusCount>> CountAsync(CancellationToken cancellationToken) => database.ListAsync(
        Counts, row => new StatusCount(row.GetString(0), row.GetInt32(1), row.GetDouble(2), row.GetDouble(3)), cancellationToken, database.Tenant.Parameter);

    private NpgsqlBatchCommand DecideOf(Guid id, string status, string userId, string note, DateTimeOffset now, FrozenBaseline? baseline) =>
        Sql.Statement(Decide, id, status, userId, Sql.Time(now), note, Number(baseline?.Factor), Number(baseline?.ActivityPerOutput), database.Tenant.Parameter);

    private static NpgsqlBatchCommand FreezeOf(Guid id, FrozenBaseline baseline) => Sql.Statement(
        Freeze,
        id,
        baseline.Hours.Select(hour => (short)hour.HourOfWeek).ToArray(),
        baseline.Hours.Select(hour => hour.ExpectedActivity).ToArray(),
        baseline.Hours.Select(hour => (short)hour.Samples).ToArray());

    private static NpgsqlBatchCommand InsertOf(Guid operatorId, Recommendation one) => Sql.Statement(
        Insert,
        one.Id, operatorId, one.HotspotId, one.EntityRef, one.SupplierId, one.EntityType, one.Kind, one.Cause, (short)one.Rank, Text(one.PlaybookId), Text(one.Lever),
        one.Title, one.Description, one.Co2Reduction, (short)one.ReductionHours, one.ReductionStatus, one.CostImpact, (short)one.Feasibility, one.Confidence,
        one.RootCause, one.Engine, one.EngineReason, Number(one.SimulatedKg), Number(one.LowKg), Number(one.HighKg), one.CreatedAt, one.ExpiresAt);

    private static NpgsqlParameter Number(double? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Double };

    private static NpgsqlParameter Text(string? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };
}
