using Npgsql;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Signatures;

/// <summary>The signatures that were taken, until they are over. Table beckn_signatures.</summary>
internal sealed class ReplayStore(NpgsqlDataSource database)
{
    // In one order, so that two instances do not wait for one another.
    private const string Remember =
        """
        INSERT INTO beckn_signatures (hash, forget_at)
        SELECT s.hash, min(s.forget_at) FROM unnest($1::bytea[], $2::timestamptz[]) s (hash, forget_at) GROUP BY s.hash ORDER BY s.hash
        ON CONFLICT (hash) DO NOTHING
        RETURNING hash
        """;

    private const string Forget =
        """
        WITH old AS MATERIALIZED (SELECT hash FROM beckn_signatures WHERE forget_at < $1 ORDER BY forget_at LIMIT $2 FOR UPDATE SKIP LOCKED)
        DELETE FROM beckn_signatures s USING old WHERE s.hash = old.hash
        """;

    // The clock of the verifier, whose skew is small, against the clock of whoever forgets.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    /// <summary>For each signature true when it is new. Of equal ones the first is.</summary>
    public async Task<IReadOnlyList<bool>> RememberAsync(IReadOnlyList<CallbackSignature> signatures, CancellationToken cancellationToken)
    {
        var command = database.Command(Remember, signatures.Select(s => s.Hash).ToArray(), signatures.Select(s => (s.Expires + Margin).UtcDateTime).ToArray());
        var remembered = (await command.ListAsync(row => Convert.ToHexString(row.GetFieldValue<byte[]>(0)), cancellationToken)).ToHashSet(StringComparer.Ordinal);
        return [.. signatures.Select(s => remembered.Remove(Convert.ToHexString(s.Hash)))];
    }

    /// <summary>Removes some of those that are over; returns how many.</summary>
    public Task<int> ForgetAsync(DateTimeOffset now, int atMost, CancellationToken cancellationToken) =>
        database.ExecuteAsync(Forget, cancellationToken, now.UtcDateTime, atMost);
}
