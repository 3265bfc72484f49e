using Npgsql;
using Pylon.Postgres;

namespace Pylon.Insights.Dashboard;

/// <summary>Reads the sums by hour. No statement reads the events themselves, but for the time of one.</summary>
internal sealed class DashboardStore(TenantDatabase database)
{
    private const string EntitiesOf =
        """
        SELECT entity_ref FROM entities
        WHERE is_of(operator_id, $1) AND kind <> 'grid' AND ($2 = '' OR entity = $2) AND ($3 = '' OR entity_type = $3)
        """;

    private const string Hours =
        """
        SELECT e.kind, r.hour, sum(r.co2_kg), sum(r.events), sum(r.estimated_events), max(r.max_event_seq)
        FROM hourly_rollups r JOIN entities e USING (entity_ref)
        WHERE r.hour >= $2 AND r.hour < $3 AND is_of(e.operator_id, $1) AND e.kind <> 'grid' AND ($4::bigint[] IS NULL OR r.entity_ref = ANY ($4))
        GROUP BY e.kind, r.hour
        ORDER BY e.kind, r.hour
        """;

    private const string Span =
        """
        SELECT e.kind, sum(r.co2_kg), sum(r.events), sum(r.estimated_events), count(DISTINCT r.entity_ref)
        FROM hourly_rollups r JOIN entities e USING (entity_ref)
        WHERE r.hour >= $2 AND r.hour < $3 AND is_of(e.operator_id, $1) AND e.kind <> 'grid' AND ($4::bigint[] IS NULL OR r.entity_ref = ANY ($4))
        GROUP BY e.kind
        ORDER BY e.kind
        """;

    private const string History =
        """
        SELECT CASE WHEN e.activity_unit = 'kWh' THEN e.region_id END AS region, r.hour, sum(r.activity), sum(r.co2_kg), sum(r.events), sum(r.estimated_events)
        FROM hourly_rollups r JOIN entities e USING (entity_ref)
        WHERE r.hour >= $2 AND r.hour < $3 AND is_of(e.operator_id, $1) AND e.kind <> 'grid' AND ($4::bigint[] IS NULL OR r.entity_ref = ANY ($4))
        GROUP BY region, r.hour
        ORDER BY region NULLS FIRST, r.hour
        """;

    private const string LastHour = "SELECT max(hour) FROM hourly_rollups r WHERE hour < $1 AND ($2::uuid IS NULL OR EXISTS (SELECT FROM entities e WHERE e.entity_ref = r.entity_ref AND e.operator_id = $2))";

    private const string RecordedAt = "SELECT created_at FROM events_normalized WHERE seq = $1 AND is_of(operator_id, $2)";

    private const string ActiveHotspots =
        """
        SELECT count(*), count(*) FILTER (WHERE severity = 'critical') FROM hotspots
        WHERE status IN ('watching', 'open', 'acknowledged') AND is_of(operator_id, $1) AND ($2::bigint[] IS NULL OR entity_ref = ANY ($2))
        """;

    private NpgsqlParameter Operator => database.Tenant.Parameter;

    /// <summary>Whose emissions they are.</summary>
    public Tenant Tenant => database.Tenant;

    /// <summary>What is of one operator.</summary>
    public DashboardStore Of(Tenant tenant) => new(database.Of(tenant));

    /// <summary>The entities that a filter means; null for all.</summary>
    public async Task<long[]?> EntitiesAsync(EntityFilter filter, CancellationToken cancellationToken) => filter.IsEverything
        ? null
        : [.. await database.ListAsync(EntitiesOf, row => row.GetInt64(0), cancellationToken, Operator, filter.Entity, filter.EntityType)];

    /// <summary>By kind and hour; the hours that begin in [from, to).</summary>
    public Task<List<HourTotals>> HoursAsync(DateTimeOffset from, DateTimeOffset to, long[]? entities, CancellationToken cancellationToken) =>
        database.ListAsync(
            Hours,
            row => new HourTotals(row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), row.GetDouble(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)),
            cancellationToken, Operator, Sql.Time(from), Sql.Time(to), entities);

    /// <summary>By kind, over the hours that begin in [from, to).</summary>
    public Task<List<SpanTotals>> SpanAsync(DateTimeOffset from, DateTimeOffset to, long[]? entities, CancellationToken cancellationToken) =>
        database.ListAsync(
            Span,
            row => new SpanTotals(row.GetString(0), row.GetDouble(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)),
            cancellationToken, Operator, Sql.Time(from), Sql.Time(to), entities);

    /// <summary>By region and hour, the hours that begin in [from, to).</summary>
    public Task<List<HistoryHour>> HistoryAsync(DateTimeOffset from, DateTimeOffset to, long[]? entities, CancellationToken cancellationToken) =>
        database.ListAsync(
            History,
            row => new HistoryHour(
                row.IsDBNull(0) ? null : row.GetInt16(0), row.GetFieldValue<DateTimeOffset>(1), row.GetDouble(2), row.GetDouble(3), row.GetInt64(4), row.GetInt64(5)),
            cancellationToken, Operator, Sql.Time(from), Sql.Time(to), entities);

    /// <summary>The last hour before a time that any entity has events in; null without one.</summary>
    public async Task<DateTimeOffset?> LastHourAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        (await database.ListAsync(LastHour, TimeOrNull, cancellationToken, Sql.Time(before), Operator))[0];

    /// <summary>When an event was recorded; null when there is none of this number.</summary>
    public async Task<DateTimeOffset?> RecordedAtAsync(long seq, CancellationToken cancellationToken) =>
        (await database.ListAsync(RecordedAt, TimeOrNull, cancellationToken, seq, Operator)).FirstOrDefault();

    /// <summary>Hotspots that are watching, open or acknowledged, and those of them that are critical.</summary>
    public async Task<(long Active, long Critical)> ActiveHotspotsAsync(long[]? entities, CancellationToken cancellationToken) =>
        (await database.ListAsync(ActiveHotspots, row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken, Operator, entities))[0];

    private static DateTimeOffset? TimeOrNull(NpgsqlDataReader row) => row.IsDBNull(0) ? null : row.GetFieldValue<DateTimeOffset>(0);
}
