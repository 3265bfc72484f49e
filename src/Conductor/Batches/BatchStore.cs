using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Conductor.Circuits;
using Pylon.Conductor.Pipelines;
using Pylon.Postgres;

namespace Pylon.Conductor.Batches;

/// <summary>A report as it is kept.</summary>
/// <param name="Settled">Its event was published, or it changed nothing.</param>
internal sealed record KeptReport(PhaseReport Report, bool Settled);

/// <summary>The durable copy of batches.</summary>
internal sealed class BatchStore(NpgsqlDataSource database, IOptions<ConductorOptions> options, StoreCircuits circuits)
{
    // A batch that had expired begins anew.
    private const string Touch =
        """
        INSERT INTO batches AS b (batch_id, expected, since, updated_at)
        SELECT batch_id, max(expected), now(), now() FROM unnest($1::text[], $2::bigint[]) AS t (batch_id, expected)
        GROUP BY batch_id ORDER BY batch_id
        ON CONFLICT (batch_id) DO UPDATE SET
            updated_at = now(),
            since = CASE WHEN b.updated_at < now() - $3 THEN now() ELSE b.since END,
            expected = greatest(excluded.expected, CASE WHEN b.updated_at < now() - $3 THEN 0 ELSE b.expected END)
        """;

    private const string InsertReports =
        """
        INSERT INTO phase_reports (event_id, batch_id, phase, entity_id, succeeded, error_code, correlation_id, occurred_at)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::timestamptz[])
        ON CONFLICT (event_id) DO NOTHING
        RETURNING event_id
        """;

    private const string ReportColumns =
        "event_id, batch_id, phase, entity_id, succeeded, error_code, correlation_id, occurred_at, settled_at IS NOT NULL";

    private const string SelectReports = $"SELECT {ReportColumns} FROM phase_reports WHERE event_id = ANY ($1)";

    private const string SelectReportsOfBatch =
        $"""
        SELECT {ReportColumns} FROM phase_reports
        WHERE batch_id = $1 AND recorded_at >= (SELECT since FROM batches WHERE batch_id = $1) ORDER BY seq
        """;

    private const string SelectUnsettledOfBatch =
        $"SELECT {ReportColumns} FROM phase_reports WHERE batch_id = $1 AND settled_at IS NULL ORDER BY seq LIMIT 20000";

    private const string SelectExpected =
        """
        SELECT expected, ARRAY(SELECT id FROM definitions d WHERE d.batch_id = b.batch_id AND d.recorded_at >= b.since AND d.settled_at IS NOT NULL)
        FROM batches b WHERE batch_id = $1 AND updated_at >= now() - $2
        """;

    private const string SettleReports = "UPDATE phase_reports SET settled_at = now() WHERE event_id = ANY ($1) AND settled_at IS NULL";
    private const string SettleDefinitions = "UPDATE definitions SET settled_at = now() WHERE id = ANY ($1) AND settled_at IS NULL";

    private const string SelectUnsettledBatches =
        """
        SELECT DISTINCT batch_id FROM (
            (SELECT batch_id FROM phase_reports WHERE settled_at IS NULL AND recorded_at < now() - $1 ORDER BY recorded_at LIMIT 5000)
            UNION ALL
            (SELECT batch_id FROM definitions WHERE settled_at IS NULL AND recorded_at < now() - $1 ORDER BY recorded_at LIMIT 5000)) u
        LIMIT 100
        """;

    private const string InsertDefinitions =
        """
        INSERT INTO definitions (id, batch_id, pipeline, verdicts, correlation_id, total_entities, defined_at)
        SELECT id, batch_id, pipeline, verdicts::jsonb, correlation_id, total_entities, defined_at
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[])
            AS t (id, batch_id, pipeline, verdicts, correlation_id, total_entities, defined_at)
        ON CONFLICT (id) DO NOTHING
        RETURNING id
        """;

    private const string DefinitionColumns = "id, batch_id, pipeline, verdicts::text, correlation_id, total_entities, defined_at";
    private const string SelectDefinitions = $"SELECT {DefinitionColumns} FROM definitions WHERE id = ANY ($1)";

    private const string SelectDefinitionsOfBatch =
        $"""
        SELECT {DefinitionColumns} FROM definitions
        WHERE batch_id = $1 AND recorded_at >= (SELECT since FROM batches WHERE batch_id = $1 AND updated_at >= now() - $3)
        ORDER BY seq DESC LIMIT $2
        """;

    private const string SelectUnsettledDefinitions =
        $"SELECT {DefinitionColumns} FROM definitions WHERE batch_id = $1 AND settled_at IS NULL ORDER BY seq";

    private const string SelectIds =
        """
        SELECT batch_id FROM batches WHERE batch_id COLLATE "C" > $1 AND updated_at >= now() - $3 ORDER BY batch_id COLLATE "C" LIMIT $2
        """;

    private TimeSpan Ttl => options.Value.StateTtl;

    /// <summary>Keeps the reports that are not kept yet, all or none; their ids. A report's id may be there several times.</summary>
    public Task<IReadOnlySet<Guid>> InsertAsync(IReadOnlyList<PhaseReport> reports, CancellationToken cancellationToken) =>
        InsertAsync(
            Sql.Statement(Touch, Column(reports, r => r.BatchId), Column(reports, _ => 0L), Ttl),
            Sql.Statement(
                InsertReports,
                Column(reports, r => r.EventId),
                Column(reports, r => r.BatchId),
                Column(reports, r => r.Phase),
                Column(reports, r => r.EntityId),
                Column(reports, r => r.Succeeded),
                Column(reports, r => r.ErrorCode),
                Column(reports, r => r.CorrelationId),
                Column(reports, r => r.OccurredAt.UtcDateTime)),
            cancellationToken);

    /// <summary>Keeps the definitions that are not kept yet, all or none; their ids. An id may be there several times.</summary>
    public Task<IReadOnlySet<Guid>> InsertAsync(IReadOnlyList<PipelineDefinition> definitions, CancellationToken cancellationToken) =>
        InsertAsync(
            Sql.Statement(Touch, Column(definitions, d => d.BatchId), Column(definitions, d => d.TotalEntities ?? 0), Ttl),
            Sql.Statement(
                InsertDefinitions,
                Column(definitions, d => d.Id),
                Column(definitions, d => d.BatchId),
                Column(definitions, d => d.Resolution.Pipeline),
                Column(definitions, d => JsonSerializer.Serialize(d.Resolution.Verdicts, JsonSerializerOptions.Web)),
                Column(definitions, d => d.CorrelationId),
                Column(definitions, d => d.TotalEntities),
                Column(definitions, d => d.DefinedAt.UtcDateTime)),
            cancellationToken);

    public Task<List<PipelineDefinition>> FindDefinitionsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        DefinitionsAsync(() => database.Command(SelectDefinitions, ids.ToArray()), cancellationToken);

    public Task<List<KeptReport>> FindAsync(IReadOnlyCollection<Guid> eventIds, CancellationToken cancellationToken) =>
        ReportsAsync(() => database.Command(SelectReports, eventIds.ToArray()), cancellationToken);

    /// <summary>Everything reported of the batch since it began, in the order in which it came.</summary>
    public Task<List<KeptReport>> OfBatchAsync(string batchId, CancellationToken cancellationToken) =>
        ReportsAsync(() => database.Command(SelectReportsOfBatch, batchId), cancellationToken);

    public Task<List<KeptReport>> UnsettledOfBatchAsync(string batchId, CancellationToken cancellationToken) =>
        ReportsAsync(() => database.Command(SelectUnsettledOfBatch, batchId), cancellationToken);

    /// <summary>Entities announced and definitions published; null for a batch that is not there, or not any more.</summary>
    public Task<(long Entities, IReadOnlyList<Guid> Definitions)?> ExpectedAsync(string batchId, CancellationToken cancellationToken) =>
        circuits.Postgres.RunAsync(() => ExpectedNowAsync(batchId, cancellationToken), cancellationToken);

    public Task SettleAsync(IReadOnlyCollection<Guid> eventIds, CancellationToken cancellationToken) =>
        circuits.Postgres.RunAsync(() => database.ExecuteAsync(SettleReports, cancellationToken, eventIds.ToArray()), cancellationToken);

    public Task SettleDefinitionsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        circuits.Postgres.RunAsync(() => database.ExecuteAsync(SettleDefinitions, cancellationToken, ids.ToArray()), cancellationToken);

    /// <summary>Batches with something that ought to have been published by now.</summary>
    public async Task<List<string>> UnsettledAsync(TimeSpan olderThan, CancellationToken cancellationToken) =>
        await TextsAsync(() => database.Command(SelectUnsettledBatches, olderThan), cancellationToken);

    public Task<List<PipelineDefinition>> DefinitionsAsync(string batchId, int max, CancellationToken cancellationToken) =>
        DefinitionsAsync(() => database.Command(SelectDefinitionsOfBatch, batchId, max, Ttl), cancellationToken);

    public Task<List<PipelineDefinition>> UnsettledDefinitionsAsync(string batchId, CancellationToken cancellationToken) =>
        DefinitionsAsync(() => database.Command(SelectUnsettledDefinitions, batchId), cancellationToken);

    public Task<List<string>> ListAsync(string? after, int max, CancellationToken cancellationToken) =>
        TextsAsync(() => database.Command(SelectIds, after ?? "", max, Ttl), cancellationToken);

    private Task<IReadOnlySet<Guid>> InsertAsync(NpgsqlBatchCommand touch, NpgsqlBatchCommand insert, CancellationToken cancellationToken) =>
        circuits.Postgres.RunAsync<IReadOnlySet<Guid>>(
            async () =>
            {
                await using var connection = await database.OpenConnectionAsync(cancellationToken);
                await using var batch = new NpgsqlBatch(connection) { BatchCommands = { touch, insert } };
                var inserted = new HashSet<Guid>();
                await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                    inserted.Add(reader.GetGuid(0));
                return inserted;
            },
            cancellationToken);

    private async Task<(long Entities, IReadOnlyList<Guid> Definitions)?> ExpectedNowAsync(string batchId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(SelectExpected, batchId, Ttl);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetFieldValue<Guid[]>(1)) : null;
    }

    private static TColumn[] Column<T, TColumn>(IReadOnlyList<T> rows, Func<T, TColumn> select) => [.. rows.Select(select)];

    private Task<List<KeptReport>> ReportsAsync(Func<NpgsqlCommand> make, CancellationToken cancellationToken) =>
        ListAsync(make, reader => new KeptReport(Report(reader), reader.GetBoolean(8)), cancellationToken);

    private Task<List<PipelineDefinition>> DefinitionsAsync(Func<NpgsqlCommand> make, CancellationToken cancellationToken) =>
        ListAsync(make, Definition, cancellationToken);

    private Task<List<string>> TextsAsync(Func<NpgsqlCommand> make, CancellationToken cancellationToken) =>
        ListAsync(make, reader => reader.GetString(0), cancellationToken);

    private Task<List<T>> ListAsync<T>(Func<NpgsqlCommand> make, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) =>
        circuits.Postgres.RunAsync(
            async () =>
            {
                await using var command = make();
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                var found = new List<T>();
                while (await reader.ReadAsync(cancellationToken))
                    found.Add(read(reader));
                return found;
            },
            cancellationToken);

    private static PhaseReport Report(NpgsqlDataReader reader) => new(
        reader.GetGuid(0),
        reader.GetString(1),
        reader.GetString(2),
        reader.GetString(3),
        reader.GetBoolean(4),
        reader.GetString(5),
        reader.GetString(6),
        reader.GetFieldValue<DateTimeOffset>(7));

    private static PipelineDefinition Definition(NpgsqlDataReader reader) => new(
        reader.GetGuid(0),
        reader.GetString(1),
        new Resolution(reader.GetString(2), JsonSerializer.Deserialize<List<Verdict>>(reader.GetString(3), JsonSerializerOptions.Web)!),
        reader.GetString(4),
        reader.IsDBNull(5) ? null : reader.GetInt64(5),
        reader.GetFieldValue<DateTimeOffset>(6));
}
