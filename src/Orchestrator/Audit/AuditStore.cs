using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Audit;

/// <summary>Reads the log of decisions and its chain. <see cref="NewDecision"/> writes it.</summary>
internal sealed class AuditStore(TenantDatabase database, ILogger<AuditStore> logger)
{
    private const string Page =
        $"""
        SELECT {DecisionRow.Columns} FROM orchestration_decisions d
        WHERE (d.decided_at, d.id) < ($1, $2) AND ($3::uuid IS NULL OR d.workload_id = $3)
          AND (cardinality($4::text[]) = 0 OR d.decision_type = ANY ($4)) AND {OfTenant}
        ORDER BY d.decided_at DESC, d.id DESC
        LIMIT $5
        """;

    // A decision is of the operator of its workload. One about no workload, or about a deleted one, only who sees all sees.
    private const string OfTenant = "($6::uuid IS NULL OR EXISTS (SELECT FROM compute_workloads w WHERE w.id = d.workload_id AND is_of(w.operator_id, $6)))";

    // The objects are looked up for the rows of the page only.
    private const string Live =
        $"""
        SELECT {DecisionRow.ColumnsWithoutJson},
            EXISTS (SELECT FROM agents WHERE id = d.agent_id) AS has_agent,
            EXISTS (SELECT FROM compute_workloads WHERE id = d.workload_id) AS has_workload,
            EXISTS (SELECT FROM data_centres WHERE id = d.source_dc_id) AS has_source_dc,
            EXISTS (SELECT FROM data_centres WHERE id = d.target_dc_id) AS has_target_dc
        FROM (
            SELECT * FROM orchestration_decisions l
            WHERE $5::uuid IS NULL OR EXISTS (SELECT FROM compute_workloads w WHERE w.id = l.workload_id AND is_of(w.operator_id, $5))
            ORDER BY decided_at DESC, id DESC LIMIT $3) d
        WHERE (d.decided_at, d.id) < ($1, $2)
        ORDER BY d.decided_at DESC, d.id DESC
        LIMIT $4
        """;

    private const string OfIds = $"SELECT {DecisionRow.Columns} FROM orchestration_decisions d WHERE d.id = ANY ($1)";

    // As in decision_fields. The documents come along, so that their hashes are made here, too.
    private const string Chain =
        """
        SELECT c.seq, c.decision, c.prev_hash, c.hash, d.id IS NOT NULL AND d.id = c.decision, x.document::text, o.document::text, ARRAY[
            d.id::text, d.decision_id, d.decision_type, d.agent_id::text, d.workload_id::text, d.source_dc_id::text,
            d.target_dc_id::text, d.input_grid_signal_id::text, encode(float8send(d.input_carbon_intensity), 'hex'),
            encode(float8send(d.input_grid_stress), 'hex'), encode(float8send(d.input_price_gbp_mwh), 'hex'), d.reasoning,
            d.constraints_evaluated::text, d.alternatives_considered::text, encode(float8send(d.carbon_saved_gco2), 'hex'),
            encode(float8send(d.cost_saved_gbp), 'hex'), encode(float8send(d.flexibility_contribution_mw), 'hex'),
            to_char(d.decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), d.context_id::text, d.context_hash, d.output_hash]
        FROM decision_chain c LEFT JOIN orchestration_decisions d ON d.id = c.decision
        LEFT JOIN decision_contexts x ON $3 AND x.id = d.context_id LEFT JOIN llm_outputs o ON $3 AND o.context_id = d.context_id
        WHERE c.seq > $1 AND ($4::uuid IS NULL OR EXISTS (SELECT FROM compute_workloads w WHERE w.id = d.workload_id AND is_of(w.operator_id, $4)))
        ORDER BY c.seq
        LIMIT $2
        """;

    private const string Unchained =
        "SELECT d.id FROM orchestration_decisions d WHERE NOT EXISTS (SELECT FROM decision_chain c WHERE c.decision = d.id) LIMIT 1";

    private const string OwnerOfTheLog =
        """
        SELECT CASE WHEN pg_has_role(current_user, c.relowner, 'MEMBER') THEN current_user::text END
        FROM pg_class c WHERE c.oid = 'orchestration_decisions'::regclass
        """;

    /// <summary>The decisions about one operator's workloads.</summary>
    public AuditStore Of(Tenant tenant) => new(database.Of(tenant), logger);

    public async Task<IReadOnlyList<DecisionRow>> PageAsync(
        PageToken? after, Guid? workloadId, IReadOnlyList<string> types, int atMost, CancellationToken cancellationToken) =>
        await database.PageAsync<DecisionRow>(
            logger,
            atMost,
            limit => Sql.Statement(Page, [.. PageKey.Of(after), Sql.Uuid(workloadId), types.ToArray(), limit, database.Tenant.Parameter]),
            cancellationToken);

    /// <summary>A page of the <paramref name="newest"/> decisions.</summary>
    public Task<List<LiveDecision>> LiveAsync(PageToken? after, int newest, int atMost, CancellationToken cancellationToken) =>
        database.QueryAsync<LiveDecision>(logger, Live, cancellationToken, [.. PageKey.Of(after), newest, atMost, database.Tenant.Parameter]);

    public async Task<IReadOnlyDictionary<Guid, DecisionRow>> DecisionsAsync(Guid[] ids, CancellationToken cancellationToken) =>
        (await database.QueryAsync<DecisionRow>(logger, OfIds, cancellationToken, (object)ids)).ToDictionary(row => row.Id);

    /// <summary>The entries after a place, in order.</summary>
    /// <param name="afterSeq">0 for the beginning.</param>
    /// <param name="withDocuments">True to make the hashes of contexts and outputs.</param>
    /// <param name="atMost">The longest page.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<List<ChainEntry>> ChainAsync(long afterSeq, bool withDocuments, int atMost, CancellationToken cancellationToken) =>
        database.ListAsync(
            Chain,
            row => new ChainEntry(
                row.GetInt64(0),
                row.GetGuid(1),
                row.GetString(2),
                row.GetString(3),
                row.GetBoolean(4) ? row.GetFieldValue<string?[]>(7) : null,
                HashOf(row, 5),
                HashOf(row, 6)),
            cancellationToken,
            afterSeq,
            atMost,
            withDocuments,
            database.Tenant.Parameter);

    /// <summary>A decision that has no place in the chain; null when each has one.</summary>
    public async Task<Guid?> UnchainedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.OfAll.Command(Unchained);
        // The whole log is read.
        command.CommandTimeout = 0;
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    /// <summary>The role of this service when it may change the log, because it owns it; else null.</summary>
    public async Task<string?> OwnerAsync(CancellationToken cancellationToken)
    {
        await using var command = database.OfAll.Command(OwnerOfTheLog);
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    private static string? HashOf(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(row.GetString(column))));
}
