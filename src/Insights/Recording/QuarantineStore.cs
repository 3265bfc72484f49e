using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Pylon.Insights.Events;
using Pylon.Postgres;

namespace Pylon.Insights.Recording;

/// <summary>A candidate that could not be recorded.</summary>
/// <param name="Outcome">Why.</param>
internal sealed record Quarantined(EventCandidate Candidate, EventOutcome Outcome);

/// <summary>What could not be recorded. The same again is counted, so that a retry fills nothing.</summary>
internal sealed class QuarantineStore(TenantDatabase database)
{
    private const int LongestBody = 4000;
    private const int LongestDetail = 500;
    private const int LongestId = 200;

    private const string Insert =
        """
        INSERT INTO event_quarantine AS q (operator_id, source, event_id, line, reason, details, body, digest)
        SELECT operator_id, $1, event_id, line, reason, string_to_array(details, E'\n'), body, digest
        FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::uuid[]) AS g (operator_id, event_id, line, reason, details, body, digest)
        ORDER BY digest
        ON CONFLICT (digest) DO UPDATE SET last_seen_at = now(), times_seen = q.times_seen + 1
        """;

    private const string Page =
        """
        SELECT id, source, event_id, line, reason, details, body, first_seen_at, last_seen_at, times_seen FROM event_quarantine
        WHERE ($1 = '' OR source = $1) AND ($2::timestamptz IS NULL OR (last_seen_at, id) < ($2, $3)) AND is_of(operator_id, $5)
        ORDER BY last_seen_at DESC, id DESC LIMIT $4
        """;

    // What still arrives is quarantined again.
    private const string Purge = "DELETE FROM event_quarantine WHERE last_seen_at < now() - interval '90 days'";

    /// <summary>Adds candidates, as a statement of the transaction that records the others.</summary>
    /// <param name="source">The way they came.</param>
    /// <param name="rows">Any number.</param>
    public static NpgsqlBatchCommand Add(string source, IEnumerable<Quarantined> rows)
    {
        // Twice in one statement is an error.
        var read = rows.Select(row => Row(source, row)).DistinctBy(row => row.Digest).ToList();
        return Sql.Statement(
            Insert, source, read.Select(r => r.Operator).ToArray(), read.Select(r => r.EventId).ToArray(), read.Select(r => r.Line).ToArray(), read.Select(r => r.Reason).ToArray(),
            read.Select(r => r.Details).ToArray(), read.Select(r => r.Body).ToArray(), read.Select(r => r.Digest).ToArray());
    }

    /// <summary>What is of one operator.</summary>
    public QuarantineStore Of(Tenant tenant) => new(database.Of(tenant));

    public Task<List<V1.QuarantinedEvent>> ListAsync(string source, (DateTimeOffset Time, long Id)? after, int limit, CancellationToken cancellationToken) =>
        database.ListAsync(Page, EventMapping.Quarantined, cancellationToken, source, Sql.Time(after?.Time), after?.Id ?? 0L, limit, database.Tenant.Parameter);

    public Task<int> PurgeAsync(CancellationToken cancellationToken) => database.ExecuteAsync(Purge, cancellationToken);

    private static (Guid Operator, string EventId, long Line, string Reason, string Details, string Body, Guid Digest) Row(string source, Quarantined row)
    {
        var (given, outcome) = (row.Candidate, row.Outcome);
        var id = Short(given.Event.EventId, LongestId);
        var details = string.Join('\n', outcome.Details.Select(detail => Short(detail.Replace('\n', ' '), LongestDetail)));
        var body = Short(given.Body(), LongestBody);
        var whole = $"{given.Event.OperatorId}\n{source}\n{id.Length} {id}\n{given.Line}\n{outcome.Reason}\n{details.Length} {details}\n{body}";
        return (given.Event.OperatorId, id, given.Line, outcome.Reason, details, body, new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(whole)).AsSpan(0, 16)));
    }

    // PostgreSQL takes no NUL and no half of a surrogate pair.
    private static string Short(string text, int most)
    {
        var end = text.Length <= most ? text.Length : char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        return text.AsSpan(0, end).Contains('\0') ? text[..end].Replace('\0', '\uFFFD') : text[..end];
    }
}
