using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using Pylon.Common.V1;
using Pylon.Events.V1;
using Pylon.Orchestrator.V1;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Workloads;

/// <summary>The users' side of compute_workloads: submit, read, choose, cancel, replay.</summary>
internal sealed class WorkloadStore(TenantDatabase database, IEnumerable<IWorkloadHandler> handlers, ILogger<WorkloadStore> logger)
{
    private const string Insert =
        $"""
        INSERT INTO compute_workloads AS w
            (request_id, workload_name, request, workload_type, urgency, required_gpu_mins, compute_load_mw,
             carbon_cap_gco2, max_price_gbp, deadline, user_email, pipeline, traceparent, job_id, required_cpu_cores,
             required_memory_gb, estimated_energy_kwh, deferral_window_mins, max_total_gco2, operator_id, host_dc_id,
             job, job_parameters, parts, allow_late, interruptible)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
        ON CONFLICT (request_id) DO NOTHING
        RETURNING {WorkloadRecord.Columns}
        """;

    private const string FindByRequest = $"SELECT {WorkloadRecord.Columns} FROM compute_workloads w WHERE w.request_id = $1 AND is_of(w.operator_id, $2)";

    private const string Find = $"SELECT {WorkloadRecord.Columns} FROM compute_workloads w WHERE w.id = $1 AND is_of(w.operator_id, $2)";

    private const string Newest =
        $"""
        SELECT {WorkloadRecord.Columns} FROM compute_workloads w
        WHERE (w.submitted_at, w.id) < ($1, $2) AND (cardinality($3::text[]) = 0 OR w.status = ANY ($3))
        """;

    private const string InOrder = "ORDER BY w.submitted_at DESC, w.id DESC LIMIT $4";

    private const string Page = $"{Newest} AND is_of(w.operator_id, $5) {InOrder}";

    // Its index has the rows of an operator in order; those of the built-in one have NULL.
    private const string PageOfOperator = $"{Newest} AND w.operator_id = $5 {InOrder}";

    // As a caller of the built-in operator: row security hides how many rows are its own, and without this order all of them are read and sorted.
    private const string PageOfBuiltIn = $"{Newest} AND w.operator_id IS NULL ORDER BY w.operator_id, w.submitted_at DESC, w.id DESC LIMIT $4";

    private const string SelectOptions =
        """
        SELECT r.workload_id, r.recommendation, r.offer, r.order_id, o.state
        FROM workload_recommendations r LEFT JOIN beckn_orders o USING (order_id)
        """;

    private const string Options = $"{SelectOptions} WHERE r.workload_id = ANY ($1) ORDER BY r.workload_id, r.rank";

    // PostgreSQL plans a statement with an array of one anew each time: its plan for any array is made for ten.
    private const string OptionsOfOne = $"{SelectOptions} WHERE r.workload_id = $1 ORDER BY r.rank";

    // Scheduled at once when the option is booked and the workload has no other order that a provider may hold, whichever
    // item it is for.
    private const string Choose =
        """
        UPDATE compute_workloads w SET
            status = CASE WHEN $3 THEN 'scheduled' ELSE 'choosing' END,
            chosen_option = $2,
            failure_reason = NULL,
            attempts = 0,
            due_at = now()
        WHERE w.id = $1 AND is_of(w.operator_id, $5) AND w.status = 'pending_user_choice' AND (NOT $3 OR (
            NOT EXISTS (SELECT FROM beckn_orders o WHERE o.workload_id = w.id AND o.order_id <> $4 AND o.state IN ('pending', 'confirmed'))
            AND ($4 = '' OR EXISTS (SELECT FROM beckn_orders o WHERE o.order_id = $4 AND o.state = 'confirmed'))))
        """;

    // Under a worker: without its lease it writes nothing more and stops. It says when it has (FlowStore.MakeWay); the end
    // of its lease is the latest moment.
    private const string Cancel =
        """
        UPDATE compute_workloads SET
            status = 'cancelling',
            attempts = 0,
            due_at = CASE WHEN lease_owner IS NULL THEN now() ELSE due_at END,
            lease_owner = NULL
        WHERE id = $1 AND is_of(operator_id, $2) AND status IN ('queued', 'processing', 'pending_user_choice', 'choosing', 'scheduled', 'failed')
        """;

    // In the same transaction as the step to scheduled, when nobody else can change the workload: an order may have changed
    // since that step was decided.
    private const string Recheck =
        """
        UPDATE compute_workloads w SET status = 'choosing', due_at = now()
        WHERE w.id = $1 AND w.status = 'scheduled' AND (
            EXISTS (SELECT FROM beckn_orders o WHERE o.workload_id = w.id AND o.order_id <> $2 AND o.state IN ('pending', 'confirmed'))
            OR ($2 <> '' AND NOT EXISTS (SELECT FROM beckn_orders o WHERE o.order_id = $2 AND o.state = 'confirmed')))
        """;

    // In a transaction that continues, the stored messages concern the item after the refused ones, so these stay refused.
    // New constraints are for a workload that is offered anew.
    private const string Replay =
        """
        UPDATE compute_workloads SET
            status = resume_status, resume_status = NULL, attempts = 0, failure_reason = NULL, due_at = now(),
            refused_item_ids = CASE WHEN transaction_id IS NULL THEN '{}' ELSE refused_item_ids END,
            carbon_cap_gco2 = CASE WHEN 'CARBON_CAP' = ANY ($3) THEN NULL ELSE coalesce($4, carbon_cap_gco2) END,
            max_total_gco2 = CASE WHEN 'MAX_TOTAL_GCO2' = ANY ($3) THEN NULL ELSE coalesce($5, max_total_gco2) END,
            max_price_gbp = CASE WHEN 'MAX_PRICE' = ANY ($3) THEN NULL ELSE coalesce($6, max_price_gbp) END,
            deadline = CASE WHEN 'DEADLINE' = ANY ($3) THEN NULL ELSE coalesce($7, deadline) END,
            deferral_window_mins = CASE WHEN 'DELAY' = ANY ($3) THEN NULL ELSE coalesce($8, deferral_window_mins) END,
            urgency = CASE WHEN 'DELAY' = ANY ($3) THEN NULL ELSE urgency END
        WHERE id = $1 AND is_of(operator_id, $9) AND status = 'failed' AND (NOT $2 OR resume_status = 'queued')
        """;

    private const string FindDataCentre = "SELECT id FROM data_centres WHERE (dc_id = $1 OR id = $2) AND is_of(operator_id, $3) ORDER BY id = $2 DESC LIMIT 1";

    private const string HasOperator = "SELECT true FROM operators WHERE id = $1";

    private const string CloseDeadLetter = "UPDATE dead_letters SET replayed_at = now() WHERE workload_id = $1 AND replayed_at IS NULL";

    private const string DeadLetters =
        """
        SELECT d.id, d.workload_id, w.workload_name, d.reason, d.attempts, d.failed_at, d.replayed_at
        FROM dead_letters d JOIN compute_workloads w ON w.id = d.workload_id
        WHERE (d.failed_at, d.id) < ($1, $2) AND ($3 OR d.replayed_at IS NULL) AND is_of(w.operator_id, $5)
        ORDER BY d.failed_at DESC, d.id DESC
        LIMIT $4
        """;

    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>The refusal of a request id that another request has used, of whichever operator.</summary>
    public static RefusalException RequestIdReused =>
        Refusal.AlreadyExists("REQUEST_ID_REUSED", "request_id: must be a new one; a different request has used it").AsException();

    /// <summary>The workloads of one operator.</summary>
    public WorkloadStore Of(Tenant tenant) => new(database.Of(tenant), handlers, logger);

    /// <summary>Returns the new workload, or the one of the same request id. A trigger writes the event of a new one.</summary>
    public async Task<WorkloadRecord> SubmitAsync(Guid requestId, WorkloadRecord workload, CancellationToken cancellationToken) =>
        await FirstAsync(
            Insert,
            cancellationToken,
            requestId,
            workload.Name,
            workload.Request,
            workload.WorkloadType,
            workload.Urgency,
            workload.RequiredGpuMins,
            workload.ComputeLoadMw,
            workload.CarbonCapGco2,
            workload.MaxPriceGbp,
            workload.Deadline,
            workload.UserEmail,
            workload.Pipeline,
            workload.Traceparent,
            workload.JobId,
            workload.RequiredCpuCores,
            workload.RequiredMemoryGb,
            workload.EstimatedEnergyKwh,
            workload.DeferralWindowMins,
            workload.MaxTotalGco2,
            Sql.Uuid(workload.OperatorId),
            Sql.Uuid(workload.HostDcId),
            workload.Job,
            Sql.Json(workload.JobParameters is { } parameters ? JsonSerializer.Serialize(parameters) : null),
            workload.Parts,
            workload.AllowLate,
            workload.Interruptible)
        ?? await FirstAsync(FindByRequest, cancellationToken, requestId, database.Tenant.Parameter)
        ?? throw RequestIdReused;

    /// <summary>Returns null when no row exists or the row cannot be read.</summary>
    public Task<WorkloadRecord?> FindAsync(Guid id, CancellationToken cancellationToken) => FirstAsync(Find, cancellationToken, id, database.Tenant.Parameter);

    /// <summary>The statements that read a workload and its options, for a batch; <see cref="ReadAsync"/> reads their results.</summary>
    public IEnumerable<NpgsqlBatchCommand> Reading(Guid id) => [Sql.Statement(Find, id, database.Tenant.Parameter), Sql.Statement(OptionsOfOne, id)];

    /// <summary>What <see cref="Reading"/> has read; null when no row exists or the row cannot be read.</summary>
    public async Task<(WorkloadRecord Workload, IReadOnlyList<Option> Options)?> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var workloads = await ReadAllAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var options = await Rows.ReadAsync<OptionRow>(reader, logger, cancellationToken);
        return workloads is [var workload] ? (workload, [.. options.Select(Read).OfType<Option>()]) : null;
    }

    public async Task<IReadOnlyList<WorkloadRecord>> PageAsync(
        PageToken? after, IReadOnlyList<string> statuses, int atMost, CancellationToken cancellationToken) =>
        await database.PageAsync<WorkloadRecord>(
            logger,
            atMost,
            limit => database.Tenant is { IsAll: false, OperatorId: var operatorId } && operatorId == Tenant.BuiltIn
                ? Sql.Statement(PageOfBuiltIn, [.. PageKey.Of(after), statuses.ToArray(), limit])
                : Sql.Statement(database.Tenant.IsAll ? Page : PageOfOperator, [.. PageKey.Of(after), statuses.ToArray(), limit, database.Tenant.Parameter]),
            cancellationToken);

    /// <summary>The workloads that a statement returns; a row that cannot be read is left out and logged.</summary>
    public Task<List<WorkloadRecord>> QueryAsync(string sql, CancellationToken cancellationToken, params object?[] parameters) =>
        database.QueryAsync<WorkloadRecord>(logger, sql, cancellationToken, parameters);

    /// <summary>The workloads that a reader gives; a row that cannot be read is left out and logged.</summary>
    public Task<List<WorkloadRecord>> ReadAllAsync(NpgsqlDataReader reader, CancellationToken cancellationToken) =>
        Rows.ReadAsync<WorkloadRecord>(reader, logger, cancellationToken);

    /// <summary>The options of a workload by rank; empty before they are offered.</summary>
    public async Task<IReadOnlyList<Option>> OptionsOfAsync(Guid id, CancellationToken cancellationToken) =>
        [.. (await OptionsOfAsync([id], cancellationToken))[id]];

    /// <summary>The options of many workloads in one statement.</summary>
    public async Task<ILookup<Guid, Option>> OptionsOfAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<OptionRow>(logger, Options, cancellationToken, (object)ids);
        return rows.SelectMany(row => Read(row) is { } option ? new[] { (row.WorkloadId, Option: option) } : []).ToLookup(o => o.WorkloadId, o => o.Option);
    }

    /// <summary>
    /// False when the workload does not wait for a choice. A choice that is settled, by all orders of the workload, needs
    /// no provider and is scheduled at once.
    /// </summary>
    public async Task<bool> ChooseAsync(WorkloadRecord workload, Recommendation chosen, bool settled, CancellationToken cancellationToken)
    {
        var id = workload.Id;
        List<NpgsqlBatchCommand> following =
            [WorkloadEvents.Append(id, new WorkloadChoiceMade { WorkloadId = id.ToString(), Option = chosen.Rank })];
        if (settled)
            following.AddRange(Scheduled(workload, chosen));
        return await database.ChangeAsync(Sql.Statement(Choose, id, chosen.Rank, settled, chosen.OrderId, database.Tenant.Parameter), following, cancellationToken)
            || (settled && await ChooseAsync(workload, chosen, false, cancellationToken));
    }

    /// <summary>For the transaction in which a workload becomes scheduled: the event, and what the handlers add.</summary>
    public IEnumerable<NpgsqlBatchCommand> Scheduled(WorkloadRecord workload, Recommendation chosen) =>
    [
        Sql.Statement(Recheck, workload.Id, chosen.OrderId),
        WorkloadEvents.Append(workload.Id, new WorkloadScheduled
        {
            WorkloadId = workload.Id.ToString(),
            Option = chosen.Rank,
            GridZoneId = chosen.GridZoneId,
            OrderId = chosen.OrderId,
        }),
        .. handlers.SelectMany(h => h.Scheduled(workload, chosen)),
    ];

    /// <summary>What the handlers add to the transaction in which a workload is offered.</summary>
    public IEnumerable<StatementRow> Offered(WorkloadRecord workload, IReadOnlyList<Option> options) => handlers.SelectMany(h => h.Offered(workload, options));

    /// <summary>What the handlers add to the transaction in which a workload is given up.</summary>
    public IEnumerable<NpgsqlBatchCommand> Failed(WorkloadRecord workload, string reason) => handlers.SelectMany(h => h.Failed(workload, reason));

    /// <summary>False when it is cancelled already, or there is no such workload.</summary>
    public Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken) =>
        database.ChangeAsync(Sql.Statement(Cancel, id, database.Tenant.Parameter), [CloseDeadLetterOf(id), .. handlers.SelectMany(h => h.Cancelling(id))], cancellationToken);

    /// <summary>The data centre with this dc_id or UUID; null when there is none.</summary>
    public async Task<Guid?> FindDataCentreAsync(string name, CancellationToken cancellationToken) =>
        await database.ScalarAsync(FindDataCentre, cancellationToken, name, Sql.Uuid(Guid.TryParse(name, out var id) ? id : null), database.Tenant.Parameter) as Guid?;

    public async Task<bool> HasOperatorAsync(Guid id, CancellationToken cancellationToken) =>
        await database.ScalarAsync(HasOperator, cancellationToken, id) is true;

    /// <summary>False when the workload has not failed, or has failed after its choice and constraints change.</summary>
    public Task<bool> ReplayAsync(WorkloadRecord workload, NewConstraints constraints, CancellationToken cancellationToken) =>
        database.ChangeAsync(
            Sql.Statement(
                Replay,
                workload.Id,
                constraints != NewConstraints.None,
                constraints.Remove.ToArray(),
                constraints.CarbonCapGco2,
                constraints.MaxTotalGco2,
                constraints.MaxPriceGbp,
                constraints.Deadline,
                constraints.DeferralWindowMins,
                database.Tenant.Parameter),
            [
                CloseDeadLetterOf(workload.Id),
                WorkloadEvents.Append(workload.Id, new WorkloadQueued { WorkloadId = workload.Id.ToString(), WorkloadName = workload.Name, Replayed = true }),
            ],
            cancellationToken);

    public async Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(
        PageToken? after, bool includeReplayed, int atMost, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<DeadLetterRow>(logger, DeadLetters, cancellationToken, [.. PageKey.Of(after), includeReplayed, atMost, database.Tenant.Parameter]);
        return
        [
            .. rows.Select(row => new DeadLetter
            {
                Id = row.Id.ToString(),
                Topic = WorkloadEvents.Topic,
                Reason = row.Reason,
                Attempts = row.Attempts,
                State = row.ReplayedAt is null ? DeadLetterState.Open : DeadLetterState.Replayed,
                FirstFailedAt = row.FailedAt.ToTimestamp(),
                LastFailedAt = row.FailedAt.ToTimestamp(),
                SettledAt = row.ReplayedAt?.ToTimestamp(),
                WorkloadId = row.WorkloadId.ToString(),
                WorkloadName = row.WorkloadName,
            }),
        ];
    }

    private sealed record OptionRow(Guid WorkloadId, string Recommendation, string? Offer, string? OrderId, string? State);

    private sealed record DeadLetterRow(
        Guid Id, Guid WorkloadId, string WorkloadName, string Reason, int Attempts, DateTime FailedAt, DateTime? ReplayedAt);

    private static NpgsqlBatchCommand CloseDeadLetterOf(Guid id) => Sql.Statement(CloseDeadLetter, id);

    // An order that is open or refused holds nothing.
    private static BookingState Booking(string? orderState) =>
        EnumName.Parse<BookingState>(orderState) is var booking and not BookingState.Unspecified ? booking : BookingState.None;

    /// <summary>Null when it cannot be read; that is logged.</summary>
    private Option? Read(OptionRow row)
    {
        try
        {
            var recommendation = Parser.Parse<Recommendation>(row.Recommendation);
            recommendation.OrderId = row.OrderId ?? "";
            recommendation.BookingState = Booking(row.State);
            return new Option(recommendation, row.Offer is null ? null : JsonSerializer.Deserialize<ProviderOffer>(row.Offer));
        }
        catch (Exception e) when (Rows.IsAboutTheRow(e))
        {
            logger.RowUnreadable(e, nameof(Option), row.WorkloadId);
            return null;
        }
    }

    private async Task<WorkloadRecord?> FirstAsync(string sql, CancellationToken cancellationToken, params object?[] parameters) =>
        (await QueryAsync(sql, cancellationToken, parameters)).FirstOrDefault();
}
