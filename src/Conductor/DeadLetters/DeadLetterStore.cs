using Npgsql;
using Pylon.Conductor.Circuits;
using Pylon.Messaging;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Conductor.DeadLetters;

/// <summary>The table dead_letters.</summary>
internal sealed class DeadLetterStore(PostgresCalls postgres)
{
    private const string Insert =
        """
        INSERT INTO dead_letters (id, topic, position, format, event_id, batch_id, reason, attempts, original, first_failed_at, last_failed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) ON CONFLICT DO NOTHING
        """;

    private const string Columns =
        "id, topic, position, format, event_id, batch_id, reason, attempts, original, state, first_failed_at, last_failed_at, settled_at";

    private const string Select = $"SELECT {Columns} FROM dead_letters WHERE id = $1 AND ($2::uuid IS NULL OR owner_of_batch(batch_id) = $2)";

    private const string SelectPage =
        $"""
        SELECT {Columns} FROM dead_letters
        WHERE state = ANY ($1) AND ($2::timestamptz IS NULL OR (first_failed_at, id) < ($2, $3))
          AND ($5::uuid IS NULL OR owner_of_batch(batch_id) = $5)
        ORDER BY first_failed_at DESC, id DESC LIMIT $4
        """;

    private const string SettleOpen =
        $"UPDATE dead_letters SET state = $2, settled_at = $3 WHERE id = $1 AND state = 'open' RETURNING {Columns}";

    private const string FailAgain =
        "UPDATE dead_letters SET attempts = attempts + 1, reason = $2, last_failed_at = $3 WHERE id = $1 AND state = 'open'";

    /// <summary>False when it is kept already.</summary>
    public async Task<bool> AddAsync(DeadLetterRecord letter, CancellationToken cancellationToken) => 1 == await postgres.ExecuteAsync(
        Insert,
        cancellationToken,
        letter.Id,
        letter.Topic,
        letter.Position,
        letter.Format == EntryFormat.Event ? "event" : "envelope",
        letter.EventId,
        letter.BatchId,
        letter.Reason,
        letter.Attempts,
        letter.Original,
        letter.FirstFailedAt.UtcDateTime);

    public async Task<DeadLetterRecord?> FindAsync(Tenant tenant, Guid id, CancellationToken cancellationToken) =>
        (await postgres.ListAsync(tenant, Select, Read, cancellationToken, id, tenant.Parameter)).FirstOrDefault();

    public Task<List<DeadLetterRecord>> PageAsync(
        Tenant tenant, IReadOnlyCollection<string> states, PageToken? after, int max, CancellationToken cancellationToken) =>
        postgres.ListAsync(tenant, SelectPage, Read, cancellationToken, states.ToArray(), Sql.Time(after?.Time), after?.Id ?? Guid.Empty, max, tenant.Parameter);

    /// <summary>Null when it is no longer open.</summary>
    public async Task<DeadLetterRecord?> SettleAsync(Guid id, string state, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await postgres.ListAsync(SettleOpen, Read, cancellationToken, id, state, now.UtcDateTime)).FirstOrDefault();

    public Task FailAgainAsync(Guid id, string reason, DateTimeOffset now, CancellationToken cancellationToken) =>
        postgres.ExecuteAsync(FailAgain, cancellationToken, id, reason, now.UtcDateTime);

    private static DeadLetterRecord Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0),
        reader.GetString(1),
        reader.GetString(2),
        reader.GetString(3) == "event" ? EntryFormat.Event : EntryFormat.Envelope,
        reader.GetString(4),
        reader.GetString(5),
        reader.GetString(6),
        reader.GetInt32(7),
        reader.GetFieldValue<byte[]>(8),
        reader.GetString(9),
        reader.GetFieldValue<DateTimeOffset>(10),
        reader.GetFieldValue<DateTimeOffset>(11),
        reader.IsDBNull(12) ? null : reader.GetFieldValue<DateTimeOffset>(12));
}
