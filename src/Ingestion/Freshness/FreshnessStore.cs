using Google.Protobuf.WellKnownTypes;
using Npgsql;
using Pylon.Events.V1;
using Pylon.Ingestion.Events;
using Pylon.Postgres;

namespace Pylon.Ingestion.Freshness;

/// <summary>Every statement on source_freshness except the one that an ingestion run makes.</summary>
internal sealed class FreshnessStore(NpgsqlDataSource dataSource)
{
    private const string Register = "INSERT INTO source_freshness (source, known_since) SELECT s, $2 FROM unnest($1) AS s ON CONFLICT DO NOTHING";

    private const string Read =
        """
        SELECT f.source, f.fresh_at, f.known_since, f.stale, coalesce(last.error, '')
        FROM source_freshness f
        LEFT JOIN LATERAL (SELECT error FROM pipeline_run_sources s WHERE s.source = f.source ORDER BY s.started_at DESC LIMIT 1) last ON true
        """;

    private const string MarkStale = "UPDATE source_freshness SET stale = true WHERE source = $1 AND NOT stale AND coalesce(fresh_at, known_since) < $2";

    // An ingestion run does the same when it ends; it may have been killed between its two commits.
    private const string EndStaleness = "UPDATE source_freshness SET stale = false WHERE source = $1 AND stale AND fresh_at >= $2";

    public Task RegisterAsync(IReadOnlyList<string> sources, DateTimeOffset now, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(Register, cancellationToken, sources.ToArray(), now);

    /// <summary>Each source with the error of its latest ingestion run, if there was one.</summary>
    public Task<List<(SourceAge Age, string Error)>> ReadAsync(CancellationToken cancellationToken) => dataSource.Command(Read).ListAsync(
        reader => (
            new SourceAge(reader.GetString(0), reader.GetFieldValue<DateTimeOffset?>(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetBoolean(3)),
            reader.GetString(4)),
        cancellationToken);

    /// <summary>Ends the alert of a source that has been read since.</summary>
    public Task<bool> EndStalenessAsync(string source, DateTimeOffset limit, CancellationToken cancellationToken) => dataSource.ChangeAsync(
        Sql.Statement(EndStaleness, source, limit), [GridEvents.Append(source, new GridSourceRecovered { Source = source })], cancellationToken);

    /// <summary>Sends the alert once; false when it was sent before, or the source was read meanwhile.</summary>
    public Task<bool> MarkStaleAsync(SourceAge age, string error, DateTimeOffset limit, CancellationToken cancellationToken) => dataSource.ChangeAsync(
        Sql.Statement(MarkStale, age.Source, limit),
        [GridEvents.Append(age.Source, new GridSourceStale { Source = age.Source, FreshAt = age.FreshAt?.ToTimestamp(), Error = error })],
        cancellationToken);
}
