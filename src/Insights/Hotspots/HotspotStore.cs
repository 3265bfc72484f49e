using Npgsql;
using NpgsqlTypes;
using Pylon.Insights.Audit;
using Pylon.Insights.Baselines;
using Pylon.Insights.Episodes;
using Pylon.Postgres;

namespace Pylon.Insights.Hotspots;

/// <summary>Reads hotspots, and makes the changes that persons ask for.</summary>
internal sealed class HotspotStore(TenantDatabase database)
{
    private const string List =
        $"""
        SELECT {HotspotRow.Columns} FROM hotspots h
        WHERE (cardinality($1::text[]) = 0 OR h.status = ANY ($1)) AND ($2 = '' OR h.severity = $2) AND is_of(h.operator_id, $4)
        ORDER BY h.created_at DESC, h.id DESC LIMIT $3
        """;

    private const string Top =
        $"""
        SELECT {HotspotRow.Columns} FROM hotspots h WHERE h.status IN ('watching', 'open', 'acknowledged') AND is_of(h.operator_id, $2)
        ORDER BY array_position(ARRAY['critical', 'warn', 'info'], h.severity), h.percent_above DESC, h.id LIMIT $1
        """;

    private const string Count =
        """
        SELECT severity, entity_type, count(*)::int FROM hotspots WHERE status IN ('watching', 'open', 'acknowledged') AND is_of(operator_id, $1) GROUP BY severity, entity_type
        """;

    private const string OfIds = $"SELECT {HotspotRow.Columns} FROM hotspots h WHERE h.id = ANY ($1) AND is_of(h.operator_id, $2)";

    private const string Linked =
        """
        SELECT e.entity, e.entity_type FROM hotspot_entities l JOIN entities e USING (entity_ref)
        WHERE l.hotspot_id = $1 ORDER BY e.entity_type, e.entity LIMIT 100
        """;

    private const string Transitions =
        """
        SELECT id, transition, severity, score, percent_above, hour, user_id, note, at FROM hotspot_transitions
        WHERE hotspot_id = $1 ORDER BY id LIMIT 500
        """;

    // Of an hour of the week the baseline of the entity's own clock; a sparse entity has none of hours.
    private const string Hours =
        """
        SELECT r.hour, r.co2_kg, b.baseline_value * b.factor, (b.baseline_value + b.band) * b.factor
        FROM hotspots h
        JOIN hourly_rollups r ON r.entity_ref = h.entity_ref
            AND r.hour >= greatest(h.first_hour - interval '2 days', h.last_hour - interval '7 days') AND r.hour <= h.last_hour
        LEFT JOIN baseline_entities e ON e.entity_ref = h.entity_ref
        LEFT JOIN baselines b ON b.entity_ref = h.entity_ref
            AND b.hour_of_week = (extract(isodow FROM r.hour AT TIME ZONE e.time_zone) - 1) * 24 + extract(hour FROM r.hour AT TIME ZONE e.time_zone)
        WHERE h.id = $1 AND h.entity_type <> 'region'
        ORDER BY r.hour LIMIT 200
        """;

    private const string Acknowledge =
        $"""
        UPDATE hotspots h SET status = 'acknowledged', acknowledged_at = $2, acknowledged_by = $3, note = $4, until = $5, updated_at = $2
        WHERE h.id = $1 AND is_of(h.operator_id, $6) AND h.status = 'open' RETURNING {HotspotRow.Columns}
        """;

    private const string Resolve =
        $"""
        UPDATE hotspots h SET status = 'resolved', resolved_at = $2, until = NULL, updated_at = $2
        WHERE h.id = $1 AND is_of(h.operator_id, $3) AND h.status <> 'resolved' RETURNING {HotspotRow.Columns}
        """;

    // It was reopened once more when it had been resolved.
    private const string Reopen =
        $"""
        UPDATE hotspots h SET status = CASE WHEN h.severity = 'info' THEN 'watching' ELSE 'open' END, resolved_at = NULL, until = NULL, note = NULL,
            acknowledged_at = NULL, acknowledged_by = NULL, reopened = h.reopened + CASE WHEN h.status = 'resolved' THEN 1 ELSE 0 END, updated_at = $2
        WHERE h.id = $1 AND is_of(h.operator_id, $3) AND h.status IN ('resolved', 'ignored')
          AND NOT EXISTS (SELECT FROM hotspots o WHERE o.entity_ref = h.entity_ref AND o.status <> 'resolved' AND o.id <> h.id)
        RETURNING {HotspotRow.Columns}
        """;

    private const string Ignore =
        $"""
        UPDATE hotspots h SET status = 'ignored', until = $3, note = $4, updated_at = $2
        WHERE h.id = $1 AND is_of(h.operator_id, $5) AND h.status <> 'resolved' AND (h.status <> 'ignored' OR h.until IS DISTINCT FROM $3 OR h.note IS DISTINCT FROM $4)
        RETURNING {HotspotRow.Columns}
        """;

    private const string AcceptedHours =
        """
        SELECT x.hour, x.activity, x.expected_activity, e.time_zone, coalesce(be.is_sparse, false)
        FROM hotspots h JOIN hotspot_hours x ON x.hotspot_id = h.id JOIN entities e ON e.entity_ref = h.entity_ref
        LEFT JOIN baseline_entities be ON be.entity_ref = h.entity_ref
        WHERE h.id = $1 AND is_of(h.operator_id, $2) AND x.level >= CASE WHEN h.severity = 'info' THEN 1 ELSE 2 END
        ORDER BY x.hour
        """;

    private const string Accept =
        $"""
        UPDATE hotspots h SET status = 'resolved', resolved_at = $2, until = NULL, updated_at = $2
        WHERE h.id = $1 AND is_of(h.operator_id, $3) AND h.status <> 'resolved' AND h.basis <> 'prediction' RETURNING {HotspotRow.Columns}
        """;

    private const string SaveAccepted =
        """
        INSERT INTO accepted_levels (entity_ref, before_hour, hour_of_week, ratio, level, hotspot_id, user_id, at)
        SELECT $1, $2, n.hour_of_week, n.ratio, n.level, $3, $4, $5
        FROM unnest($6::smallint[], $7::double precision[], $8::double precision[]) n (hour_of_week, ratio, level)
        """;

    /// <summary>What is of one operator.</summary>
    public HotspotStore Of(Tenant tenant) => new(database.Of(tenant));

    public Task<List<HotspotRow>> ListAsync(IReadOnlyList<string> statuses, string severity, int limit, CancellationToken cancellationToken) =>
        database.ListAsync(List, HotspotRow.Read, cancellationToken, statuses.ToArray(), severity, limit, database.Tenant.Parameter);

    /// <summary>By severity, then by percent_above.</summary>
    public Task<List<HotspotRow>> TopAsync(int limit, CancellationToken cancellationToken) =>
        database.ListAsync(Top, HotspotRow.Read, cancellationToken, limit, database.Tenant.Parameter);

    public Task<List<(string Severity, string EntityType, int Count)>> CountAsync(CancellationToken cancellationToken) =>
        database.ListAsync(Count, row => (row.GetString(0), row.GetString(1), row.GetInt32(2)), cancellationToken, database.Tenant.Parameter);

    public async Task<HotspotRow?> FindAsync(Guid id, CancellationToken cancellationToken) => (await FindAsync([id], cancellationToken)).FirstOrDefault();

    /// <summary>In the order of the ids.</summary>
    public async Task<IReadOnlyList<HotspotRow>> FindAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        var byId = (await database.ListAsync(OfIds, HotspotRow.Read, cancellationToken, ids.ToArray(), database.Tenant.Parameter)).ToDictionary(row => row.Id);
        return [.. ids.Where(byId.ContainsKey).Select(id => byId[id])];
    }

    public Task<List<(string Entity, string EntityType)>> LinkedAsync(Guid id, CancellationToken cancellationToken) =>
        database.ListAsync(Linked, row => (row.GetString(0), row.GetString(1)), cancellationToken, id);

    public Task<List<V1.HotspotTransition>> TransitionsAsync(Guid id, CancellationToken cancellationToken) =>
        database.ListAsync(Transitions, HotspotMapping.Transition, cancellationToken, id);

    public Task<List<V1.HotspotHour>> HoursAsync(Guid id, CancellationToken cancellationToken) =>
        database.ListAsync(Hours, HotspotMapping.Hour, cancellationToken, id);

    /// <summary>Null when it is not open.</summary>
    public Task<HotspotRow?> AcknowledgeAsync(Guid id, HotspotAct act, CancellationToken cancellationToken) => ChangeAsync(
        Sql.Statement(Acknowledge, id, Sql.Time(act.At), act.UserId, act.Note, Sql.Time(act.Until), database.Tenant.Parameter),
        row => act.Record(row, Transition.Acknowledged).Statements(),
        cancellationToken);

    /// <summary>What a person says of a hotspot that another one acknowledged.</summary>
    public async Task CommentAsync(Guid id, HotspotAct act, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await using var batch = transaction.Batch(AuditLog.Entry("hotspot_comment", "hotspot", id.ToString(), act.UserId, act.Note));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Null when it is resolved.</summary>
    public Task<HotspotRow?> ResolveAsync(Guid id, HotspotAct act, CancellationToken cancellationToken) => ChangeAsync(
        Sql.Statement(Resolve, id, Sql.Time(act.At), database.Tenant.Parameter), row => act.Record(row, Transition.Resolved).Statements(), cancellationToken);

    /// <summary>Null when it is neither resolved nor ignored, and when the entity has a newer one.</summary>
    public Task<HotspotRow?> ReopenAsync(Guid id, bool wasResolved, HotspotAct act, CancellationToken cancellationToken) => ChangeAsync(
        Sql.Statement(Reopen, id, Sql.Time(act.At), database.Tenant.Parameter),
        row => (act.Record(row, wasResolved ? Transition.Reopened : Transition.Opened) with { IsAlerting = wasResolved && row.Status == HotspotStatus.Open }).Statements(),
        cancellationToken);

    /// <summary>Null when it is resolved, or ignored in just this way.</summary>
    public Task<HotspotRow?> IgnoreAsync(Guid id, HotspotAct act, CancellationToken cancellationToken) => ChangeAsync(
        Sql.Statement(Ignore, id, Sql.Time(act.At), Sql.Time(act.Until), act.Note, database.Tenant.Parameter), row => act.Record(row, Transition.Ignored).Statements(), cancellationToken);

    /// <summary>Null when it is resolved or was found by the prediction alone.</summary>
    public async Task<(HotspotRow Row, double? Ratio)?> AcceptAsync(Guid id, HotspotAct act, CancellationToken cancellationToken)
    {
        var hours = await database.ListAsync(
            AcceptedHours,
            row => (Hour: row.GetFieldValue<DateTimeOffset>(0), Activity: row.GetDouble(1), Expected: row.GetDouble(2), HourOfWeek: SlotOf(row)),
            cancellationToken,
            id,
            database.Tenant.Parameter);
        var ratios = hours.Where(hour => hour.Expected > 0).Select(hour => hour.Activity / hour.Expected).ToArray();
        double? ratio = ratios.Length > 0 ? Baseline.Median(ratios) : null;
        // Where nothing was normal, there is nothing to multiply: the level itself is accepted.
        var levels = hours.Where(hour => hour.Expected <= 0).DistinctBy(hour => hour.HourOfWeek).ToList();
        short?[] slots = [.. levels.Select(hour => (short?)hour.HourOfWeek), .. ratio is null ? Array.Empty<short?>() : [null]];
        double?[] ratioColumn = [.. levels.Select(_ => (double?)null), .. ratio is null ? Array.Empty<double?>() : [ratio]];
        double?[] levelColumn = [.. levels.Select(hour => (double?)hour.Activity), .. ratio is null ? Array.Empty<double?>() : [null]];
        var row = await ChangeAsync(
            Sql.Statement(Accept, id, Sql.Time(act.At), database.Tenant.Parameter),
            changed =>
            [
                Sql.Statement(
                    SaveAccepted, changed.EntityRef, new NpgsqlParameter { Value = changed.FirstHour, NpgsqlDbType = NpgsqlDbType.TimestampTz }, id, act.UserId, Sql.Time(act.At),
                    slots, ratioColumn, levelColumn),
                .. act.Record(changed, Transition.AcceptedAsNormal).Statements(),
            ],
            cancellationToken);
        return row is null ? null : (row, ratio);
    }

    private static int SlotOf(NpgsqlDataReader row)
    {
        var (hour, timeZone) = (row.GetFieldValue<DateTimeOffset>(0), row.GetString(3));
        return row.GetBoolean(4) ? HourOfWeek.OfDay(HourOfWeek.DayOf(hour, timeZone)) : HourOfWeek.OfIndex(HourOfWeek.IndexOf(hour, timeZone));
    }

    // A state change that names the expected old state, and what belongs to it: all or nothing. Null when it found no row.
    private async Task<HotspotRow?> ChangeAsync(
        NpgsqlBatchCommand change, Func<HotspotRow, IEnumerable<NpgsqlBatchCommand>> following, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        HotspotRow? changed;
        await using (var first = transaction.Batch(change))
        await using (var reader = await first.ExecuteReaderAsync(cancellationToken))
            changed = (await reader.ListAsync(HotspotRow.Read, cancellationToken)).FirstOrDefault();
        if (changed is null)
            return null;
        await using var batch = transaction.Batch(following(changed));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return changed;
    }
}
