using Npgsql;
using Pylon.Insights.Episodes;
using Pylon.Postgres;

namespace Pylon.Insights.Hotspots;

/// <summary>Reads and writes hotspots while they are judged; its reads lock them until the transaction ends.</summary>
internal static class EpisodeStore
{
    private const string Columns = "id, entity_ref, status, cause, severity, current_severity, basis, first_hour, last_hour, reopened, flapping";

    // The one that is not resolved, and the last one that is.
    private const string Known =
        $"""
        SELECT {Columns} FROM hotspots WHERE entity_ref = ANY ($1) AND (status <> 'resolved' OR id IN (
            SELECT DISTINCT ON (entity_ref) id FROM hotspots WHERE entity_ref = ANY ($1) AND status = 'resolved' ORDER BY entity_ref, last_hour DESC))
        ORDER BY entity_ref, last_hour
        FOR UPDATE
        """;

    private const string Hours =
        """
        SELECT hotspot_id, hour, level, score, basis, cause, actual_kg, expected_kg, percent_above, confidence, activity, expected_activity
        FROM hotspot_hours WHERE hotspot_id = ANY ($1)
        """;

    private const string Reopenings =
        """
        SELECT h.entity_ref, t.hour FROM hotspots h JOIN hotspot_transitions t ON t.hotspot_id = h.id
        WHERE h.entity_ref = ANY ($1) AND t.transition = 'reopened' AND t.hour > $2
        """;

    private const string Insert =
        """
        INSERT INTO hotspots (id, operator_id, entity_ref, entity, entity_type, kind, cause, severity, status, basis,
            predicted_co2, baseline_co2, percent_above, score, confidence, impact_kg, first_hour, last_hour, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0, 0, 0, 0, $11, $12, $13, $13)
        """;

    // A firing that is new needs an acknowledgement that is new.
    private const string Update =
        """
        UPDATE hotspots SET status = $2, cause = $3, severity = $4, current_severity = $5, basis = $6, first_hour = $7, last_hour = $8,
            flapping = $10, stale = false, updated_at = $11, predicted_co2 = $12, baseline_co2 = $13, percent_above = $14, score = $15,
            confidence = $16, impact_kg = $17,
            acknowledged_at = CASE WHEN reopened < $9 THEN NULL ELSE acknowledged_at END,
            acknowledged_by = CASE WHEN reopened < $9 THEN NULL ELSE acknowledged_by END,
            until = CASE WHEN reopened < $9 OR $2 = 'resolved' THEN NULL ELSE until END,
            note = CASE WHEN reopened < $9 THEN NULL ELSE note END,
            resolved_at = CASE WHEN $2 <> 'resolved' THEN NULL ELSE coalesce(resolved_at, $11) END,
            reopened = $9,
            event_id = (SELECT ev.event_id FROM events_normalized ev
                WHERE ev.entity_ref = hotspots.entity_ref AND ev."timestamp" >= $18 AND ev."timestamp" < $19
                ORDER BY ev.co2_kg DESC NULLS LAST, ev.seq LIMIT 1)
        WHERE id = $1
        """;

    private const string SaveHours =
        """
        INSERT INTO hotspot_hours (hotspot_id, hour, level, score, basis, cause, actual_kg, expected_kg, percent_above, confidence, activity, expected_activity)
        SELECT $1, n.* FROM unnest($2::timestamptz[], $3::smallint[], $4::double precision[], $5::text[], $6::text[], $7::double precision[],
            $8::double precision[], $9::double precision[], $10::double precision[], $11::double precision[], $12::double precision[]) n
        ON CONFLICT (hotspot_id, hour) DO UPDATE SET
            (level, score, basis, cause, actual_kg, expected_kg, percent_above, confidence, activity, expected_activity)
            = (excluded.level, excluded.score, excluded.basis, excluded.cause, excluded.actual_kg, excluded.expected_kg, excluded.percent_above,
                excluded.confidence, excluded.activity, excluded.expected_activity)
        """;

    private const string Link = "INSERT INTO hotspot_entities (hotspot_id, entity_ref) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    // The electricity of these kinds is that of the region.
    private const string LinkRegion =
        """
        INSERT INTO hotspot_entities (hotspot_id, entity_ref)
        SELECT $1, entity_ref FROM entities WHERE region_id = $2 AND kind IN ('factory', 'warehouse', 'compute')
        ORDER BY entity_ref LIMIT 10000
        ON CONFLICT DO NOTHING
        """;

    /// <summary>For each entity the life of its hotspots so far.</summary>
    public static async Task<IReadOnlyDictionary<long, EpisodeLife>> LivesAsync(
        NpgsqlConnection connection, long[] entities, DateTimeOffset reopenedAfter, CancellationToken cancellationToken)
    {
        var known = await Command(connection, Known, (object)entities).ListAsync(row => (EntityRef: row.GetInt64(1), Episode: Read(row)), cancellationToken);
        var byId = known.ToDictionary(one => one.Episode.Id, one => one.Episode);
        if (known.Count > 0)
        {
            await using var command = Command(connection, Hours, (object)byId.Keys.ToArray());
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var hour = ReadHour(reader);
                byId[reader.GetGuid(0)].Hours[hour.Hour] = hour;
            }
        }

        var reopenings = (await Command(connection, Reopenings, entities, Sql.Time(reopenedAfter))
            .ListAsync(row => (EntityRef: row.GetInt64(0), Hour: row.GetFieldValue<DateTimeOffset>(1)), cancellationToken)).ToLookup(one => one.EntityRef, one => one.Hour);
        var episodes = known.ToLookup(one => one.EntityRef, one => one.Episode);
        return entities.ToDictionary(entity => entity, entity => new EpisodeLife(
            episodes[entity].LastOrDefault(one => one.Status != HotspotStatus.Resolved),
            episodes[entity].LastOrDefault(one => one.Status == HotspotStatus.Resolved),
            reopenings[entity]));
    }

    /// <summary>The statements that store a hotspot, its hours and what happened to it.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Save(
        Episode episode, IEnumerable<EpisodeChange> changes, WatchedEntity entity, TimeSpan step, DateTimeOffset now)
    {
        if (episode.IsNew)
        {
            yield return Sql.Statement(
                Insert, episode.Id, entity.OperatorId, entity.EntityRef, entity.Entity, entity.EntityType, entity.Kind, episode.Cause, episode.Severity.Word(),
                episode.Status, episode.Basis, Sql.Time(episode.FirstHour), Sql.Time(episode.LastHour), Sql.Time(now));
        }

        var hours = episode.ChangedHours.Select(hour => episode.Hours[hour]).ToList();
        yield return Sql.Statement(
            SaveHours, episode.Id, hours.Select(hour => hour.Hour.UtcDateTime).ToArray(), hours.Select(hour => (short)hour.Level).ToArray(),
            hours.Select(hour => hour.Score).ToArray(), hours.Select(hour => hour.Basis).ToArray(), hours.Select(hour => hour.Cause).ToArray(),
            hours.Select(hour => hour.ActualKg).ToArray(), hours.Select(hour => hour.ExpectedKg).ToArray(), hours.Select(hour => hour.PercentAbove).ToArray(),
            hours.Select(hour => hour.Confidence).ToArray(), hours.Select(hour => hour.Activity).ToArray(), hours.Select(hour => hour.ExpectedActivity).ToArray());
        var (worst, impact) = (episode.Worst, entity.Kind == Entities.EmissionKind.Grid ? 0 : episode.ImpactKg);
        yield return Sql.Statement(
            Update, episode.Id, episode.Status, episode.Cause, episode.Severity.Word(), Text(episode.CurrentSeverity.Word()), episode.Basis,
            Sql.Time(episode.FirstHour), Sql.Time(episode.LastHour), episode.Reopened, episode.IsFlapping, Sql.Time(now), worst.ActualKg, worst.ExpectedKg,
            worst.PercentAbove, worst.Score, worst.Confidence, impact, Sql.Time(worst.Hour), Sql.Time(worst.Hour + step));
        foreach (var change in changes)
        {
            var record = new TransitionRecord
            {
                HotspotId = episode.Id,
                OperatorId = entity.OperatorId,
                Entity = entity.Entity,
                EntityType = entity.EntityType,
                Cause = episode.Cause,
                Transition = change.Transition,
                Severity = change.Severity.Word()!,
                Status = StatusAfter(change),
                Score = change.Hour.Score,
                PercentAbove = change.Hour.PercentAbove,
                ImpactKg = impact,
                Hour = change.Hour.Hour,
                Reopened = change.Reopened,
                At = now,
                // What was raised has to end, whatever the state before.
                IsAlerting = change.IsAlerting || change.Transition == Transition.Resolved,
            };
            foreach (var statement in record.Statements())
                yield return statement;
        }
    }

    public static NpgsqlBatchCommand LinkTo(Guid regionHotspot, long entity) => Sql.Statement(Link, regionHotspot, entity);

    public static NpgsqlBatchCommand LinkEntitiesOf(Guid regionHotspot, int region) => Sql.Statement(LinkRegion, regionHotspot, (short)region);

    private static string StatusAfter(EpisodeChange change) => change.Transition switch
    {
        Transition.Watching => HotspotStatus.Watching,
        Transition.Resolved => HotspotStatus.Resolved,
        _ when change.Episode.Status == HotspotStatus.Resolved => HotspotStatus.Open,
        _ => change.Episode.Status,
    };

    private static Episode Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Status = row.GetString(2),
        Cause = row.GetString(3),
        Severity = LevelWords.Parse(row.GetString(4)),
        CurrentSeverity = LevelWords.Parse(row.IsDBNull(5) ? null : row.GetString(5)),
        Basis = row.GetString(6),
        FirstHour = row.GetFieldValue<DateTimeOffset>(7),
        LastHour = row.GetFieldValue<DateTimeOffset>(8),
        Reopened = row.GetInt32(9),
        IsFlapping = row.GetBoolean(10),
    };

    private static JudgedHour ReadHour(NpgsqlDataReader row) => new(row.GetFieldValue<DateTimeOffset>(1), Counts: true, (Level)row.GetInt16(2))
    {
        Score = row.GetDouble(3),
        Basis = row.GetString(4),
        Cause = row.GetString(5),
        ActualKg = row.GetDouble(6),
        ExpectedKg = row.GetDouble(7),
        PercentAbove = row.GetDouble(8),
        Confidence = row.GetDouble(9),
        Activity = row.GetDouble(10),
        ExpectedActivity = row.GetDouble(11),
    };

    private static NpgsqlParameter Text(string? text) => new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object?[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter as NpgsqlParameter ?? new NpgsqlParameter { Value = parameter ?? DBNull.Value });
        return command;
    }
}
