using Npgsql;
using NpgsqlTypes;
using Pylon.Orchestrator.Audit;
using Pylon.Orchestrator.Contexts;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Decisions;

/// <summary>The queue of workloads that need a context, and the contexts and outputs that are made.</summary>
internal sealed class DecisionStore(TenantDatabase database, ILogger<DecisionStore> logger)
{
    // As the queue of workloads (FlowStore): one index serves new rows, retries and rows whose worker died.
    private const string Claim =
        """
        WITH due AS MATERIALIZED (
            SELECT id FROM workload_notifications
            WHERE NOT processed AND due_at <= now()
            ORDER BY due_at, id
            LIMIT $3
            FOR UPDATE SKIP LOCKED
        ), claimed AS (
            UPDATE workload_notifications n SET lease_owner = $1, due_at = now() + $2, attempts = n.attempts + 1
            FROM due WHERE n.id = due.id
            RETURNING n.id, n.workload_id, n.attempts)
        SELECT w.id AS workload_id, c.id AS notification_id, c.attempts,
            (SELECT coalesce(max(x.context_version), 0) + 1 FROM decision_contexts x WHERE x.workload_id = w.id) AS next_version,
            w.job_id, w.workload_type, w.urgency, w.status, w.required_gpu_mins, w.required_cpu_cores, w.required_memory_gb,
            w.estimated_energy_kwh, w.compute_load_mw, w.carbon_cap_gco2, w.max_total_gco2, w.max_price_gbp, w.deadline,
            w.deferral_window_mins, w.host_dc_id, w.created_at, w.source, w.operator_id
        FROM claimed c JOIN compute_workloads w ON w.id = c.workload_id
        ORDER BY c.id
        """;

    private const string DataCentres =
        $"""
        SELECT id, dc_id, name, location_region, region_id, pue, total_capacity_teraflops, total_capacity_mw, flexibility_rating,
            current_load_percentage, status, source
        FROM data_centres WHERE {ForTenant} ORDER BY dc_id COLLATE "C" LIMIT $2
        """;

    private const string CountDataCentres = $"SELECT count(*)::integer FROM data_centres WHERE {ForTenant}";

    // Those of the operator, and those that belong to nobody.
    private const string ForTenant = "(is_of(operator_id, $1) OR operator_id IS NULL OR source = 'synthetic')";

    private const string FinishAll =
        """
        UPDATE workload_notifications n SET processed = true, processed_at = now(), lease_owner = NULL, failure_reason = NULL
        FROM unnest($1::bigint[], $2::uuid[]) s (id, owner)
        WHERE n.id = s.id AND n.lease_owner = s.owner AND NOT n.processed
        RETURNING n.id
        """;

    private const string Finish =
        """
        UPDATE workload_notifications SET processed = true, processed_at = now(), lease_owner = NULL, failure_reason = left($3, 2000)
        WHERE id = $1 AND lease_owner = $2 AND NOT processed
        """;

    private static readonly RowStatement AddContext = new(
        """
        INSERT INTO decision_contexts (id, workload_id, context_version, as_known_at, document)
        SELECT * FROM unnest($1, $2, $3, $4, $5::json[])
        """,
        NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.Integer, NpgsqlDbType.TimestampTz, NpgsqlDbType.Json);

    private static readonly RowStatement AddOutput = new(
        """
        INSERT INTO llm_outputs (context_id, workload_id, engine, llm_error, document)
        SELECT o.context, o.workload, o.engine, left(o.error, 2000), o.document FROM unnest($1, $2, $3, $4, $5::json[]) o (context, workload, engine, error, document)
        """,
        NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Json);

    private const string Retry =
        """
        UPDATE workload_notifications SET due_at = now() + $3, lease_owner = NULL, failure_reason = left($4, 2000)
        WHERE id = $1 AND lease_owner = $2 AND NOT processed
        """;

    // A stop is no failed attempt.
    private const string Release =
        """
        WITH released AS (
            UPDATE workload_notifications SET due_at = now(), lease_owner = NULL, attempts = attempts - 1
            WHERE lease_owner = $1 AND NOT processed
            RETURNING id)
        SELECT pg_notify('context_due', '') FROM released LIMIT 1
        """;

    private const string Context =
        """
        SELECT c.id, c.workload_id, c.context_version, c.as_known_at, c.document::text AS document, c.hash, p.processed_at
        FROM decision_contexts c LEFT JOIN processed_contexts p ON p.context_id = c.id
        """;

    // A workload that is deleted has no operator any more: only who sees all sees what was known of it.
    private const string OfTenant = "($1::uuid IS NULL OR EXISTS (SELECT FROM compute_workloads w WHERE w.id = c.workload_id AND is_of(w.operator_id, $1)))";

    private const string NewestContext = $"{Context} WHERE {OfTenant} ORDER BY c.created_at DESC, c.id DESC LIMIT 1";

    private const string ContextOfWorkload = $"{Context} WHERE {OfTenant} AND c.workload_id = $2 ORDER BY c.context_version DESC LIMIT 1";

    private const string ContextById = $"{Context} WHERE {OfTenant} AND c.id = $2";

    private const string Mark =
        $"INSERT INTO processed_contexts (context_id) SELECT c.id FROM decision_contexts c WHERE {OfTenant} AND c.id = $2 ON CONFLICT DO NOTHING";

    private const string OutputOfWorkload =
        $"""
        SELECT c.id, c.document::text AS document, c.created_at FROM llm_outputs c
        WHERE {OfTenant} AND c.workload_id = $2 ORDER BY c.created_at DESC, c.id DESC LIMIT 1
        """;

    private const string OutputPage =
        $"""
        SELECT c.id, c.document::text AS document, c.created_at FROM llm_outputs c
        WHERE {OfTenant} AND (c.created_at, c.id) < ($2, $3)
        ORDER BY c.created_at DESC, c.id DESC
        LIMIT $4
        """;

    /// <summary>Claims due workloads; no other worker gets them until the lease ends.</summary>
    public Task<List<ClaimedTask>> ClaimAsync(Guid owner, int atMost, TimeSpan lease, CancellationToken cancellationToken) =>
        database.QueryAsync<ClaimedTask>(logger, Claim, cancellationToken, owner, lease, atMost);

    /// <summary>The contexts and outputs of one operator's workloads.</summary>
    public DecisionStore Of(Tenant tenant) => new(database.Of(tenant), logger);

    /// <summary>The first data centres by dc_id that may be offered to an operator's work, and how many more there are.</summary>
    /// <param name="operatorId">Null for work of no operator, to which all may be offered.</param>
    /// <param name="atMost">The longest list.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<(IReadOnlyList<DataCentre> Centres, int LeftOut)> DataCentresAsync(Guid? operatorId, int atMost, CancellationToken cancellationToken)
    {
        var centres = await database.QueryAsync<DataCentre>(logger, DataCentres, cancellationToken, Sql.Uuid(operatorId), atMost);
        if (centres.Count < atMost)
            return (centres, 0);
        return (centres, Math.Max(0, (int)(await database.ScalarAsync(CountDataCentres, cancellationToken, Sql.Uuid(operatorId)))! - centres.Count));
    }

    /// <summary>Stores context, output and decisions of several workloads, all or nothing. False for those whose lease is lost.</summary>
    public async Task<IReadOnlyList<bool>> SaveAsync(IReadOnlyList<MadeProposal> made, CancellationToken cancellationToken)
    {
        await using var connection = await database.OfAll.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var finish = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands = { RowStatement.KeepingPlans(), Sql.Statement(FinishAll, made.Select(m => m.NotificationId).ToArray(), made.Select(m => m.Owner).ToArray()) },
        };
        var held = new HashSet<long>();
        await using (var reader = await finish.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            held.UnionWith(await reader.ListAsync(row => row.GetInt64(0), cancellationToken));
        }

        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var command in RowStatement.Together(made.Where(m => held.Contains(m.NotificationId)).Select(m => Rows(m.Proposal))))
            batch.BatchCommands.Add(command);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return [.. made.Select(m => held.Contains(m.NotificationId))];
    }

    /// <summary>False when the lease is lost.</summary>
    public async Task<bool> RetryAsync(long notificationId, Guid owner, TimeSpan delay, string reason, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(Retry, cancellationToken, notificationId, owner, delay, reason) == 1;

    /// <summary>The workload gets no context; the log says so. False when the lease is lost.</summary>
    public Task<bool> GiveUpAsync(ClaimedTask task, Guid owner, string reason, CancellationToken cancellationToken) =>
        database.ChangeAsync(Sql.Statement(Finish, task.NotificationId, owner, reason), [Proposal.Failure(task.WorkloadId, reason).Append()], cancellationToken);

    /// <summary>Lets another instance claim at once what this claim still holds.</summary>
    public Task ReleaseAsync(Guid owner, CancellationToken cancellationToken) => database.ExecuteAsync(Release, cancellationToken, owner);

    /// <summary>That of the workload, or the newest of all; null when there is none.</summary>
    public async Task<StoredContext?> ContextAsync(Guid? workloadId, CancellationToken cancellationToken) => workloadId is { } id
        ? (await database.QueryAsync<StoredContext>(null, ContextOfWorkload, cancellationToken, database.Tenant.Parameter, id)).FirstOrDefault()
        : (await database.QueryAsync<StoredContext>(null, NewestContext, cancellationToken, database.Tenant.Parameter)).FirstOrDefault();

    /// <summary>Marks a context as processed, once; null when there is no such context.</summary>
    public async Task<StoredContext?> MarkProcessedAsync(Guid contextId, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(Mark, cancellationToken, database.Tenant.Parameter, contextId);
        return (await database.QueryAsync<StoredContext>(null, ContextById, cancellationToken, database.Tenant.Parameter, contextId)).FirstOrDefault();
    }

    /// <summary>The newest output of a workload; null when it has none.</summary>
    public async Task<StoredOutput?> OutputAsync(Guid workloadId, CancellationToken cancellationToken) =>
        (await database.QueryAsync<StoredOutput>(null, OutputOfWorkload, cancellationToken, database.Tenant.Parameter, workloadId)).FirstOrDefault();

    /// <summary>All outputs, newest first.</summary>
    public async Task<IReadOnlyList<StoredOutput>> OutputsAsync(PageToken? after, int atMost, CancellationToken cancellationToken) =>
        await database.QueryAsync<StoredOutput>(null, OutputPage, cancellationToken, [database.Tenant.Parameter, .. PageKey.Of(after), atMost]);

    private static IReadOnlyList<StatementRow> Rows(Proposal proposal)
    {
        var (context, output) = (proposal.Context, proposal.Output);
        return
        [
            AddContext.Row(context.Id, context.Task.WorkloadId, context.ContextVersion, context.AsKnownAt, context.ToJson()),
            AddOutput.Row(context.Id, context.Task.WorkloadId, output.Metadata.Model, output.Metadata.LlmError, output.ToJson()),
            .. proposal.Decisions().Select(d => d.Row()),
        ];
    }
}

/// <summary>A proposal that is about to be stored.</summary>
internal sealed record MadeProposal(long NotificationId, Guid Owner, Proposal Proposal);
