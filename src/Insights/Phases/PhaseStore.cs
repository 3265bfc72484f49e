using Npgsql;
using NpgsqlTypes;
using Pylon.Postgres;

namespace Pylon.Insights.Phases;

/// <summary>The progress of phases, and the places of batches.</summary>
internal sealed class PhaseStore(NpgsqlDataSource database)
{
    // The order and the number of reports do not matter. A phase is due when it may have something that is not recorded.
    private const string Apply =
        """
        INSERT INTO batch_phases AS p (
            batch_id, phase, told_kwh, energy_reports, completed, total, is_complete, work_started_at, work_ended_at, first_report_at, last_report_at, due_at)
        SELECT *, CASE WHEN told_kwh > 0 OR is_complete THEN now() + $12 END FROM unnest(
            $1::text[], $2::text[], $3::double precision[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[],
            $11::timestamptz[]) AS g (
            batch_id, phase, told_kwh, energy_reports, completed, total, is_complete, work_started_at, work_ended_at, first_report_at, last_report_at)
        ORDER BY batch_id, phase
        ON CONFLICT (batch_id, phase) DO UPDATE SET
            (told_kwh, energy_reports) = (
                SELECT t.kwh, t.reports FROM (VALUES (p.told_kwh, p.energy_reports), (excluded.told_kwh, excluded.energy_reports)) AS t (kwh, reports)
                ORDER BY t.reports DESC, t.kwh DESC NULLS LAST LIMIT 1),
            completed = greatest(p.completed, excluded.completed), total = greatest(p.total, excluded.total), is_complete = p.is_complete OR excluded.is_complete,
            work_started_at = least(p.work_started_at, excluded.work_started_at), work_ended_at = greatest(p.work_ended_at, excluded.work_ended_at),
            first_report_at = least(p.first_report_at, excluded.first_report_at), last_report_at = greatest(p.last_report_at, excluded.last_report_at),
            due_at = CASE
                WHEN p.refused IS NOT NULL THEN NULL
                WHEN excluded.told_kwh > p.recorded_kwh OR (excluded.is_complete AND NOT p.is_complete) THEN coalesce(p.due_at, excluded.due_at)
                ELSE p.due_at END
        """;

    private const string Notify = "SELECT pg_notify('phase_due', '')";

    // Materialised, because the planner may run a subquery again, and each time it takes other rows.
    private const string Claim =
        """
        WITH due AS MATERIALIZED (
            SELECT batch_id, phase FROM batch_phases WHERE due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
        UPDATE batch_phases p SET due_at = now() + $2 FROM due d WHERE p.batch_id = d.batch_id AND p.phase = d.phase
        RETURNING p.batch_id, p.phase, p.told_kwh, p.energy_reports, p.completed, p.total, p.is_complete, p.work_started_at, p.work_ended_at, p.first_report_at,
            p.last_report_at, p.recorded_kwh, p.recorded_parts, p.recorded_until, p.version, p.attempts
        """;

    private const string NextDue = "SELECT min(due_at) - now() FROM batch_phases";

    // What was reported meanwhile is due again.
    private const string Record =
        """
        UPDATE batch_phases SET
            recorded_kwh = recorded_kwh + $4, recorded_parts = $5, recorded_until = $6, version = version + 1, attempts = 0,
            due_at = CASE WHEN told_kwh > $7 OR (is_complete AND told_kwh IS NULL AND NOT $8) THEN now() END
        WHERE batch_id = $1 AND phase = $2 AND version = $3
        """;

    private const string Leave =
        """
        UPDATE batch_phases SET attempts = 0, due_at = CASE WHEN coalesce(told_kwh, -1) > coalesce($4, -1) OR is_complete <> $5 THEN now() END
        WHERE batch_id = $1 AND phase = $2 AND version = $3
        """;

    private const string Refuse = "UPDATE batch_phases SET refused = $4, due_at = NULL WHERE batch_id = $1 AND phase = $2 AND version = $3 AND refused IS NULL";

    private const string Retry =
        "UPDATE batch_phases SET attempts = attempts + 1, due_at = now() + $4 WHERE batch_id = $1 AND phase = $2 AND version = $3 AND due_at IS NOT NULL";

    private const string Places = "SELECT batch_id, workload_id, entity, region_id, estimated_kwh, phases FROM batch_places WHERE batch_id = ANY ($1)";

    private const string AddPlace =
        """
        INSERT INTO batch_places (batch_id, workload_id, entity, region_id, estimated_kwh, phases) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
        """;

    /// <summary>Stores the progress of phases, one for each, and wakes the worker.</summary>
    /// <param name="settle">What is reported within this time is recorded together.</param>
    public async Task ApplyAsync(IReadOnlyList<PhaseProgress> phases, TimeSpan settle, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Sql.Statement(
            Apply,
            Of(p => p.BatchId), Of(p => p.Phase), Of(p => p.ToldKwh), Of(p => p.EnergyReports), Of(p => p.Completed), Of(p => p.Total), Of(p => p.IsComplete),
            Of(p => p.WorkStartedAt), Of(p => p.WorkEndedAt), Of(p => p.FirstAt), Of(p => p.LastAt), settle));
        batch.BatchCommands.Add(Sql.Statement(Notify));
        await batch.ExecuteNonQueryAsync(cancellationToken);

        T[] Of<T>(Func<PhaseProgress, T> column) => [.. phases.Select(column)];
    }

    /// <summary>Claims due phases; no other worker gets them until the lease ends.</summary>
    public Task<List<DuePhase>> ClaimAsync(int most, TimeSpan lease, CancellationToken cancellationToken) => database.Command(Claim, most, lease).ListAsync(
        row => new DuePhase(
            new PhaseProgress(row.GetString(0), row.GetString(1))
            {
                ToldKwh = row.IsDBNull(2) ? null : row.GetDouble(2),
                EnergyReports = row.GetInt64(3),
                Completed = row.GetInt64(4),
                Total = row.GetInt64(5),
                IsComplete = row.GetBoolean(6),
                WorkStartedAt = Time(row, 7),
                WorkEndedAt = Time(row, 8),
                FirstAt = row.GetFieldValue<DateTimeOffset>(9),
                LastAt = row.GetFieldValue<DateTimeOffset>(10),
            },
            row.GetDouble(11),
            row.GetInt64(12),
            Time(row, 13),
            row.GetInt32(14),
            row.GetInt32(15)),
        cancellationToken);

    /// <summary>How long it takes until a phase is due; null when none will be.</summary>
    public async Task<TimeSpan?> NextDueAsync(CancellationToken cancellationToken) =>
        (await database.Command(NextDue).ListAsync(row => row.IsDBNull(0) ? (TimeSpan?)null : row.GetTimeSpan(0), cancellationToken))[0];

    /// <summary>What was recorded, as a statement of the transaction that records the event.</summary>
    public static NpgsqlBatchCommand Recorded(DuePhase due, double kwh, DateTimeOffset until) => Sql.Statement(
        Record, due.Progress.BatchId, due.Progress.Phase, due.Version, kwh, due.Progress.Completed, until, Number(due.Progress.ToldKwh ?? 0), due.Progress.IsComplete);

    /// <summary>There is nothing to record now.</summary>
    public Task LeaveAsync(DuePhase due, CancellationToken cancellationToken) =>
        database.ExecuteAsync(Leave, cancellationToken, due.Progress.BatchId, due.Progress.Phase, due.Version, Number(due.Progress.ToldKwh), due.Progress.IsComplete);

    /// <summary>It can never be recorded. No row is changed when it was recorded or refused since it was claimed.</summary>
    public static NpgsqlBatchCommand Refused(DuePhase due, string reason) => Sql.Statement(Refuse, due.Progress.BatchId, due.Progress.Phase, due.Version, reason);

    /// <summary>The Orchestrator did not answer.</summary>
    public Task RetryAsync(DuePhase due, TimeSpan delay, CancellationToken cancellationToken) =>
        database.ExecuteAsync(Retry, cancellationToken, due.Progress.BatchId, due.Progress.Phase, due.Version, delay);

    /// <summary>The places of those batches that are known.</summary>
    public async Task<Dictionary<string, BatchPlace>> PlacesAsync(IEnumerable<string> batchIds, CancellationToken cancellationToken) =>
        (await database.Command(Places, [batchIds.ToArray()]).ListAsync(
            row => new BatchPlace(
                row.GetString(0), row.GetGuid(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetInt16(3), row.IsDBNull(4) ? null : row.GetDouble(4), row.GetInt32(5)),
            cancellationToken)).ToDictionary(place => place.BatchId);

    public Task AddPlaceAsync(BatchPlace place, CancellationToken cancellationToken) => database.ExecuteAsync(
        AddPlace, cancellationToken, place.BatchId, place.WorkloadId, place.Entity, new NpgsqlParameter { Value = (object?)(short?)place.RegionId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint },
        Number(place.EstimatedKwh), place.Phases);

    private static NpgsqlParameter Number(double? number) => new() { Value = (object?)number ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Double };

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
