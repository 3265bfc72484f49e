using Npgsql;
using Pylon.Postgres;

namespace Pylon.Ingestion.Market;

/// <summary>Our DISCOVER requests and their answers, whichever instance receives them.</summary>
internal sealed class CatalogueRequests(NpgsqlDataSource dataSource)
{
    private const string Begin =
        """
        WITH old AS (DELETE FROM catalogue_requests WHERE sent_at < $2 - interval '1 day')
        INSERT INTO catalogue_requests (transaction_id, sent_at) VALUES ($1, $2)
        ON CONFLICT (transaction_id) DO UPDATE SET sent_at = excluded.sent_at
        """;

    // The first answer is kept; a repeated one is acknowledged and ignored.
    private const string Answer =
        """
        UPDATE catalogue_requests SET answer = coalesce(answer, $2), answered_at = coalesce(answered_at, $3)
        WHERE transaction_id = $1 AND (answer IS NOT NULL OR sent_at >= $4)
        """;

    private const string Find = "SELECT answer FROM catalogue_requests WHERE transaction_id = $1";

    /// <summary>Begins a request, or its ttl again when it is repeated.</summary>
    public Task BeginAsync(Guid transactionId, DateTimeOffset now, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(Begin, cancellationToken, transactionId, now);

    /// <summary>False when no DISCOVER has this transaction id, or its ttl is over without an answer.</summary>
    public async Task<bool> AnswerAsync(Guid transactionId, string body, DateTimeOffset now, CancellationToken cancellationToken, TimeSpan? ttl = null) =>
        await dataSource.ExecuteAsync(Answer, cancellationToken, transactionId, body, now, ttl is { } valid ? now - valid : DateTimeOffset.MinValue) == 1;

    /// <summary>Null until the answer arrives.</summary>
    public async Task<string?> FindAsync(Guid transactionId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command(Find, transactionId);
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }
}
