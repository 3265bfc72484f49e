using Npgsql;
using Pylon.Postgres;

namespace Pylon.Insights.Dashboard;

/// <summary>Reads the sums by hour. No statement reads the events themselves, but for the time of one.</summary>
internal sealed class DashboardStore(NpgsqlDataSource database)
{
    private const string EntitiesOf =
        """
        SELECT entity_ref FROM entities
        WHERE operator_id = $1 AND kind <> 'grid' AND ($2 = '' OR entity = $2) AND ($3 = '' OR entity_type = $3)
        """;

    private const string Hours =
        """
        SELECT e.kind, r.hour, sum(r.co2_kg), sum(r.events), sum(r.estimated_events), max(r.max_event_seq)
        FROM hourly_rollups r JOIN entities e USING (entity_ref)
        WHERE r.hour >= $2 AND r.hour < $3 AND e.operator_id = $1 AND e.kind <> 'grid' AND ($4::bigint[] IS NULL OR r.entity_ref = ANY ($4))
        GROUP BY e.kind, r.hour
        ORDER BY e.kind, r.hour
        """;

    private const string Span =
        """
        SELECT e.kind, sum(r.co2_kg), sum(r.events), sum(r.estimated_events), count(DISTINCT r.entity_ref)
        FROM hourly_rollups r JOIN entities e USING (entity_ref)
        WHERE r.hour >= $2 AND r.hour < $3 AND e.operator_id = $1 AND e.kind <> 'grid' AND ($4::bigint[] IS NULL OR r.entity_ref = ANY ($4))
        GROUP BY e.kind
        ORDER BY e.kind
        """;

    private const string History =
        """
        SELECT CASE WHEN e.activity_unit = 'kWh' THEN e.region_id END AS region, r.hour, sum(r.activity), sum(r.co2_kg), sum(r.events), sum(r.estimated_events)
        FROM hourly_rollups r JOIN entities e USING (entity_ref)
        WHERE r.hour >= $2 AND r.hour < $3 AND e.operator_id = $1 AND e.kind <> 'grid' AND ($4::bigint[] IS NULL OR r.entity_ref = ANY ($4))
        GROUP BY region, r.hour
        ORDER BY region NULLS FIRST, r.hour
        """;

    private const string LastHour = "SELECT max(hour) FROM hourly_rollups WHERE hour < $1";

    private const string RecordedAt = "SELECT created_at FROM events_normalized WHERE seq = $1";

    private const string ActiveHotspots =
        """
        SELECT count(*), count(*) FILTER (WHERE severity = 'critical') FROM hotspots
        WHERE status IN ('watching', 'open', 'acknowledged') AND operator_id = $1 AND ($2::bigint[] IS NULL OR entity_ref = ANY ($2))
        """;

    // The built-in operator.
    private static readonly Guid Operator = Guid.Empty;

    /// <summary>The entities that a filter means; null for all.</summary>
    public async Task<long[]?> EntitiesAsync(EntityFilter filter, CancellationToken cancellationToken) => filter.IsEverything
        ? null
        : [.. await database.Command(EntitiesOf, Operator, filter.Entity, filter.EntityType).ListAsync(row => row.GetInt64(0), cancellationToken)];

    /// <summary>By kind and hour; the hours that begin in [from, to).</summary>
    public Task<List<HourTotals>> HoursAsync(DateTimeOffset from, DateTimeOffset to, long[]? entities, CancellationToken cancellationToken) =>
        database.Command(Hours, Operator, Sql.Time(from), Sql.Time(to), entities).ListAsync(
            row => new HourTotals(row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), row.GetDouble(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)),
            cancellationToken);

    /// <summary>By kind, over the hours that begin in [from, to).</summary>
    public Task<List<SpanTotals>> SpanAsync(DateTimeOffset from, DateTimeOffset to, long[]? entities, CancellationToken cancellationToken) =>
        database.Command(Span, Operator, Sql.Time(from), Sql.Time(to), entities).ListAsync(
            row => new SpanTotals(row.GetString(0), row.GetDouble(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)), cancellationToken);

    /// <summary>By region and hour, the hours that begin in [from, to).</summary>
    public Task<List<HistoryHour>> HistoryAsync(DateTimeOffset from, DateTimeOffset to, long[]? entities, CancellationToken cancellationToken) =>
        database.Command(History, Operator, Sql.Time(from), Sql.Time(to), entities).ListAsync(
            row => new HistoryHour(
                row.IsDBNull(0) ? null : row.GetInt16(0), row.GetFieldValue<DateTimeOffset>(1), row.GetDouble(2), row.GetDouble(3), row.GetInt64(4), row.GetInt64(5)),
            cancellationToken);

    /// <summary>The last hour before a time that any entity has events in; null without one.</summary>
    public async Task<DateTimeOffset?> LastHourAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        (await database.Command(LastHour, Sql.Time(before)).ListAsync(TimeOrNull, cancellationToken))[0];

    /// <summary>When an event was recorded; null when there is none of this number.</summary>
    public async Task<DateTimeOffset?> RecordedAtAsync(long seq, CancellationToken cancellationToken) =>
        (await database.Command(RecordedAt, seq).ListAsync(TimeOrNull, cancellationToken)).FirstOrDefault();

    /// <summary>Hotspots that are watching, open or acknowledged, and those of them that are critical.</summary>
    public async Task<(long Active, long Critical)> ActiveHotspotsAsync(long[]? entities, CancellationToken cancellationToken) =>
        (await database.Command(ActiveHotspots, Operator, entities).ListAsync(row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken))[0];

    private static DateTimeOffset? TimeOrNull(NpgsqlDataReader row) => row.IsDBNull(0) ? null : row.GetFieldValue<DateTimeOffset>(0);
}
