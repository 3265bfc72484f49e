using Npgsql;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Catalog;

/// <summary>Reads the workloads that look for a place, and the messages that were exchanged about them.</summary>
internal sealed class CatalogStore(TenantDatabase database, ILogger<CatalogStore> logger)
{
    private const string Open =
        """
        SELECT id, job_id, workload_name, workload_type, urgency, status, host_dc_id, required_gpu_mins, required_cpu_cores,
            required_memory_gb, estimated_energy_kwh, carbon_cap_gco2, max_price_gbp, deadline, deferral_window_mins, created_at, source
        FROM compute_workloads
        WHERE status IN ('queued', 'processing', 'pending_user_choice', 'choosing') AND (submitted_at, id) > ($1, $2)
          AND ($3 = '' OR strpos(lower(workload_name), lower($3)) > 0 OR strpos(lower(workload_type), lower($3)) > 0 OR strpos(lower(job_id), lower($3)) > 0)
          AND is_of(operator_id, $5)
        ORDER BY submitted_at, id
        LIMIT $4
        """;

    // A transaction begins with the message before which it has none.
    private const string Transactions =
        """
        SELECT m.transaction_id, m.workload_id, m.created_at FROM beckn_messages m
        WHERE (m.created_at, m.transaction_id) < ($1, $2) AND ($3::uuid IS NULL OR m.workload_id = $3)
          AND ($5::uuid IS NULL OR EXISTS (SELECT FROM compute_workloads w WHERE w.id = m.workload_id AND is_of(w.operator_id, $5)))
          AND NOT EXISTS (SELECT FROM beckn_messages e WHERE e.transaction_id = m.transaction_id AND (e.created_at, e.message_id) < (m.created_at, m.message_id))
        ORDER BY m.created_at DESC, m.transaction_id DESC
        LIMIT $4
        """;

    private const string Messages =
        """
        SELECT m.message_id, m.transaction_id, m.action, m.sends, m.created_at, m.sent_at, m.acknowledged_at, m.answered_at, m.answered_by,
            m.callbacks, m.last_error
        FROM beckn_messages m WHERE m.transaction_id = ANY ($1)
        ORDER BY m.created_at, m.message_id
        """;

    /// <summary>The workloads of one operator.</summary>
    public CatalogStore Of(Tenant tenant) => new(database.Of(tenant), logger);

    /// <summary>Open workloads, the oldest first.</summary>
    /// <param name="after">The last of the page before.</param>
    /// <param name="words">In the name, the type or the job_id; empty for all.</param>
    /// <param name="atMost">The longest page.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<OpenWorkload>> OpenAsync(PageToken? after, string words, int atMost, CancellationToken cancellationToken)
    {
        object[] key = after is { } token ? [token.Time, token.Id] : [DateTime.MinValue, Guid.Empty];
        return await database.QueryAsync<OpenWorkload>(logger, Open, cancellationToken, [.. key, words, atMost, database.Tenant.Parameter]);
    }

    /// <summary>Transactions, newest first.</summary>
    public async Task<IReadOnlyList<TransactionRow>> TransactionsAsync(PageToken? after, Guid? workloadId, int atMost, CancellationToken cancellationToken) =>
        await database.QueryAsync<TransactionRow>(logger, Transactions, cancellationToken, [.. PageKey.Of(after), Sql.Uuid(workloadId), atMost, database.Tenant.Parameter]);

    /// <summary>The messages of some transactions, each in its order.</summary>
    public async Task<ILookup<Guid, MessageRow>> MessagesAsync(Guid[] transactionIds, CancellationToken cancellationToken) =>
        (await database.QueryAsync<MessageRow>(logger, Messages, cancellationToken, (object)transactionIds)).ToLookup(m => m.TransactionId);
}
