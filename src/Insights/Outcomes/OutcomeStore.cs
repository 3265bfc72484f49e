using Npgsql;
using Pylon.Insights.Reading;
using Pylon.Insights.Recommendations;
using Pylon.Postgres;

namespace Pylon.Insights.Outcomes;

/// <summary>The days of entities beside their frozen baselines, and the outcomes.</summary>
internal sealed class OutcomeStore(NpgsqlDataSource database)
{
    private const string Due =
        $"""
        SELECT {Recommendation.Columns} FROM recommendations
        WHERE status = 'implemented' AND implemented_at <= $1 AND NOT id = ANY ($3)
        ORDER BY implemented_at, id
        LIMIT $2
        """;

    // A day is 24 hours from the first hour of the period on. The factor of an hour
    // without activity is that of other entities with electricity of the same region; of at most 20, which are enough.
    private const string Days =
        """
        WITH entity AS (SELECT entity_ref, region_id, activity_unit, time_zone FROM entities WHERE entity_ref = $2),
        peers AS (
            SELECT p.entity_ref FROM entities p JOIN entity e ON p.region_id = e.region_id
            WHERE $5 AND p.entity_ref <> e.entity_ref AND p.activity_unit = 'kWh' AND e.activity_unit = 'kWh' AND p.kind <> 'grid'
            ORDER BY p.entity_ref LIMIT 20
        ), own AS (
            SELECT hour, activity, co2_kg, output FROM hourly_rollups WHERE entity_ref = $2 AND hour >= $3 AND hour < $4
        ), theirs AS (
            SELECT r.hour, sum(r.co2_kg) / nullif(sum(r.activity), 0) AS factor
            FROM hourly_rollups r WHERE r.entity_ref IN (SELECT entity_ref FROM peers) AND r.hour >= $3 AND r.hour < $4
            GROUP BY r.hour
        ), hours AS (
            SELECT h.hour, (extract(epoch FROM h.hour - $3)::bigint / 86400) AS day,
                (extract(isodow FROM h.hour AT TIME ZONE e.time_zone)::integer - 1) AS weekday,
                extract(hour FROM h.hour AT TIME ZONE e.time_zone)::integer AS clock
            FROM entity e, generate_series($3::timestamptz, $4::timestamptz - interval '1 hour', interval '1 hour') AS h(hour)
        )
        SELECT coalesce(sum(o.activity), 0), coalesce(sum(o.co2_kg), 0), coalesce(sum(o.output), 0),
            coalesce(sum(b.expected_activity), 0) + coalesce(sum(d.expected_activity) / 24, 0),
            coalesce(sum(b.expected_activity * f.factor), 0),
            coalesce(sum(b.expected_activity) FILTER (WHERE f.factor IS NOT NULL), 0)
        FROM hours h
        LEFT JOIN own o USING (hour)
        LEFT JOIN theirs t USING (hour)
        CROSS JOIN LATERAL (SELECT CASE WHEN o.activity > 0 THEN o.co2_kg / o.activity ELSE t.factor END AS factor) f
        LEFT JOIN recommendation_baselines b ON b.recommendation_id = $1 AND b.hour_of_week = h.weekday * 24 + h.clock
        LEFT JOIN recommendation_baselines d ON d.recommendation_id = $1 AND d.hour_of_week = 168 + h.weekday
        GROUP BY h.day
        HAVING count(o.hour) > 0
        ORDER BY h.day
        """;

    private const string Finish =
        """
        UPDATE recommendations SET status = $2, measured_at = $3, updated_at = $3, measured_kg = $4, measured_effect = $5, measured_t = $6, measured_df = $7,
            measured_days_before = $8, measured_days_after = $9, measured_basis = $10, measured_reason = $11
        WHERE id = $1 AND status = 'implemented'
        """;

    /// <summary>Implemented recommendations whose days are over, the oldest first.</summary>
    /// <param name="implementedUntil">When they were implemented at the latest.</param>
    /// <param name="atMost">How many.</param>
    /// <param name="without">Those that are not asked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<List<Recommendation>> DueAsync(
        DateTimeOffset implementedUntil, int atMost, IReadOnlyCollection<Guid> without, CancellationToken cancellationToken) =>
        database.QueryAsync<Recommendation>(Due, cancellationToken, Sql.Time(implementedUntil), atMost, without.ToArray());

    /// <summary>The days that have data, in the order of time.</summary>
    /// <param name="recommendation">Whose frozen baseline is beside them.</param>
    /// <param name="from">A full hour.</param>
    /// <param name="to">A full hour.</param>
    /// <param name="isProfile">True when the factors of hours without activity are needed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<List<MeasuredDay>> DaysAsync(
        Recommendation recommendation, DateTimeOffset from, DateTimeOffset to, bool isProfile, CancellationToken cancellationToken) =>
        database.Command(Days, recommendation.Id, recommendation.EntityRef, Sql.Time(from), Sql.Time(to), isProfile).ListAsync(
            row => new MeasuredDay
            {
                Activity = row.GetDouble(0),
                Kg = row.GetDouble(1),
                Output = row.GetDouble(2),
                Expected = row.GetDouble(3),
                ExpectedKg = row.GetDouble(4),
                ExpectedWithFactor = row.GetDouble(5),
            },
            cancellationToken);

    /// <summary>Stores an outcome; false when it is stored already.</summary>
    public Task<bool> FinishAsync(Recommendation recommendation, Measurement measurement, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (status, reason) = (measurement.Outcome.Status!, measurement.Outcome.Reason);
        var change = Sql.Statement(
            Finish, recommendation.Id, status, Sql.Time(now), Number(measurement.SavedKg), Number(measurement.Outcome.Effect), Number(measurement.Outcome.Test?.T),
            Number(measurement.Outcome.Test?.DegreesOfFreedom), (short)measurement.DaysBefore, (short)measurement.DaysAfter, Text(measurement.Basis), reason);
        return database.ChangeAsync(change, RecommendationEvents.Measured(recommendation, status, reason), cancellationToken);
    }

    private static NpgsqlParameter Number(double? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Double };

    private static NpgsqlParameter Text(string? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };
}
