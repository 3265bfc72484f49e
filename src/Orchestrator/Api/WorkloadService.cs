using Grpc.Core;
using Npgsql;
using Pylon.Common.V1;
using Pylon.Orchestrator.Runs;
using Pylon.Orchestrator.Shifts;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;
using Pylon.Rpc;
using Status = Pylon.Orchestrator.Workloads.Status;

namespace Pylon.Orchestrator.Api;

/// <summary>The gRPC service of workloads.</summary>
internal sealed class WorkloadService(WorkloadStore store, WorkloadReader reader, RunStore runs, PipelineNames pipelines, JobCheck jobs, Shifting shifting, Changes<Guid> changes, TimeProvider time)
    : V1.WorkloadService.WorkloadServiceBase
{
    private static readonly TimeSpan LongestChoice = TimeSpan.FromSeconds(10);

    // A notification can be lost.
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);

    public override async Task<SubmitWorkloadResponse> SubmitWorkload(SubmitWorkloadRequest request, ServerCallContext context)
    {
        var requestId = Field.OptionalUuid(request.RequestId, "request_id") ?? Guid.NewGuid();
        var asked = WorkloadMapping.Parse(request, time.GetUtcNow()) with { Traceparent = Traceparent.Current };
        if (asked.Pipeline is not null)
            await pipelines.CheckAsync(asked.Pipeline, context.CancellationToken);
        asked = asked with { JobParameters = await jobs.CheckAsync(request, context.CancellationToken) };
        var own = store.Of(context.Tenant());
        asked = asked with
        {
            OperatorId = await OperatorAsync(own, asked.OperatorId, context),
            HostDcId = await DataCentreAsync(own, request.HostDcId, context.CancellationToken),
        };

        var stored = await SubmitAsync(own, requestId, asked, context.CancellationToken);
        if (!WorkloadMapping.IsSameRequest(asked, stored))
            throw WorkloadStore.RequestIdReused;
        return new SubmitWorkloadResponse { Workload = await ToProtoAsync(stored, context) };
    }

    public override async Task<GetWorkloadResponse> GetWorkload(GetWorkloadRequest request, ServerCallContext context) =>
        new() { Workload = await ReadAsync(Field.Uuid(request.Id, "id"), context) };

    public override async Task<ListWorkloadsResponse> ListWorkloads(ListWorkloadsRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var statuses = request.Status.Select(StatusName).Distinct(StringComparer.Ordinal).ToList();
        var own = store.Of(context.Tenant());
        var page = await own.PageAsync(PageToken.Decode(request.PageToken), statuses, size + 1, context.CancellationToken);
        var shown = page.Take(size).ToList();
        var options = await own.OptionsOfAsync([.. shown.Select(w => w.Id)], context.CancellationToken);
        var run = await runs.Of(context.Tenant()).FindAsync([.. shown.Where(WorkloadReader.MayRun).Select(w => w.Id)], context.CancellationToken);
        var response = new ListWorkloadsResponse
        {
            NextPageToken = page.Count > size ? new PageToken(shown[^1].SubmittedAt, shown[^1].Id).Encode() : "",
        };
        response.Workloads.AddRange(shown.Select(w => WorkloadMapping.ToProto(w, options[w.Id], run.GetValueOrDefault(w.Id))));
        return response;
    }

    public override async Task<ChooseRecommendationResponse> ChooseRecommendation(ChooseRecommendationRequest request, ServerCallContext context)
    {
        var id = Field.Uuid(request.Id, "id");
        var option = Field.Range(request.Option, "option", 1, 3);
        Field.OptionalUuid(request.RequestId, "request_id");
        var workload = await FindAsync(id, context);
        if (workload.Status == Status.PendingUserChoice)
        {
            var options = await store.Of(context.Tenant()).OptionsOfAsync(id, context.CancellationToken);
            // When another choice came first, this changes nothing; its state is checked below. What came of an accepted
            // one is the answer, also when the provider has refused the option meanwhile.
            if (options.FirstOrDefault(o => o.Recommendation.Rank == option) is { } chosen
                && await store.Of(context.Tenant()).ChooseAsync(workload, chosen.Recommendation, IsSettled(chosen, options), context.CancellationToken))
            {
                return new ChooseRecommendationResponse { Workload = await OutcomeAsync(id, context) };
            }

            workload = await FindAsync(id, context);
        }

        if (workload is { ChosenOption: null, Status: Status.PendingUserChoice })
            throw Refusal.FailedPrecondition("OPTION_REFUSED", $"another call chose first, and its option was refused ({workload.FailureReason}): choose again").AsException();
        if (workload.ChosenOption is null)
            throw Refusal.FailedPrecondition("NOTHING_TO_CHOOSE", $"the workload is {workload.Status}, it has no recommendations yet: choose when it is pending_user_choice").AsException();
        if (workload.ChosenOption != option)
            throw Refusal.FailedPrecondition("ALREADY_CHOSEN", $"option {workload.ChosenOption} is chosen already: cancel the workload to give it up").AsException();
        return new ChooseRecommendationResponse { Workload = await OutcomeAsync(id, context) };
    }

    public override async Task<ListShiftableWorkloadsResponse> ListShiftableWorkloads(ListShiftableWorkloadsRequest request, ServerCallContext context)
    {
        var regions = request.RegionId.Select(r => (short)Field.Range(r, "region_id", 1, 18)).Distinct().ToArray();
        var tenant = await AskedAsync(request.OperatorId, context);
        var host = await DataCentreAsync(store.Of(tenant), request.HostDcId, context.CancellationToken);
        if (regions.Length == 0 && host is null)
            throw Refusal.InvalidArgument("region_id", "must be given when host_dc_id is not").AsException();
        return await shifting.Of(tenant).ListAsync(regions, host, request.Horizon, Field.PageSize(request.PageSize), context.CancellationToken);
    }

    public override async Task<ShiftWorkloadResponse> ShiftWorkload(ShiftWorkloadRequest request, ServerCallContext context)
    {
        var id = Field.Uuid(request.Id, "id");
        var option = Field.Range(request.Option, "option", 1, 3);
        Field.OptionalUuid(request.RequestId, "request_id");
        await shifting.Of(context.Tenant()).ShiftAsync(await FindAsync(id, context), option, request.StartTime, context.CancellationToken);
        return new ShiftWorkloadResponse { Workload = await OutcomeAsync(id, context) };
    }

    public override async Task<CancelWorkloadResponse> CancelWorkload(CancelWorkloadRequest request, ServerCallContext context)
    {
        var id = Field.Uuid(request.Id, "id");
        Field.OptionalUuid(request.RequestId, "request_id");
        await store.Of(context.Tenant()).CancelAsync(id, context.CancellationToken);
        return new CancelWorkloadResponse { Workload = await OutcomeAsync(id, context) };
    }

    public override async Task<ReplayWorkloadResponse> ReplayWorkload(ReplayWorkloadRequest request, ServerCallContext context)
    {
        var id = Field.Uuid(request.Id, "id");
        Field.OptionalUuid(request.RequestId, "request_id");
        var workload = await FindAsync(id, context);
        if (!await store.Of(context.Tenant()).ReplayAsync(workload, WorkloadMapping.Parse(request, time.GetUtcNow()), context.CancellationToken))
        {
            throw (workload.Status == Status.Failed && (await FindAsync(id, context)).Status == Status.Failed
                ? Refusal.FailedPrecondition("CHOICE_MADE", "the workload failed after its choice: it must be replayed without constraints, or cancelled and submitted anew")
                : Refusal.FailedPrecondition("NOT_FAILED", $"the workload is {workload.Status}: it must be failed to be replayed")).AsException();
        }

        return new ReplayWorkloadResponse { Workload = await ReadAsync(id, context) };
    }

    public override async Task WatchWorkload(
        WatchWorkloadRequest request, IServerStreamWriter<WatchWorkloadResponse> responseStream, ServerCallContext context)
    {
        var id = Field.Uuid(request.Id, "id");
        using var watch = changes.Begin(id);
        Workload? sent = null;
        while (true)
        {
            var now = await ReadAsync(id, context);
            if (!now.Equals(sent))
                await responseStream.WriteAsync(new WatchWorkloadResponse { Workload = now }, context.CancellationToken);
            if (Status.IsSettled(Status.FromProto(now.Status)) && !(request.FollowRun && now.Status == WorkloadStatus.Scheduled && now.Run is { EndedAt: null }))
                return;
            sent = now;
            await watch.WaitAsync(Recheck, context.CancellationToken);
        }
    }

    public override async Task<ListDeadLettersResponse> ListDeadLetters(ListDeadLettersRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var page = await store.Of(context.Tenant()).DeadLettersAsync(PageToken.Decode(request.PageToken), request.IncludeReplayed, size + 1, context.CancellationToken);
        var response = new ListDeadLettersResponse();
        response.DeadLetters.AddRange(page.Take(size));
        if (page.Count > size)
            response.NextPageToken = new PageToken(page[size - 1].LastFailedAt.ToDateTimeOffset(), Guid.Parse(page[size - 1].Id)).Encode();
        return response;
    }

    /// <summary>The caller's, or one operator of all.</summary>
    private async Task<Tenant> AskedAsync(string operatorId, ServerCallContext context)
    {
        var asked = await OperatorAsync(store, Field.OptionalUuid(operatorId, "operator_id"), context);
        return context.Tenant().IsAll && asked is { } one ? Tenant.Of(one) : context.Tenant();
    }

    /// <summary>That of the caller; who acts for all may name one. Null for none.</summary>
    private static async Task<Guid?> OperatorAsync(WorkloadStore own, Guid? asked, ServerCallContext context)
    {
        if (context.Tenant().OperatorId is { } callers)
        {
            return asked is null || asked == callers
                ? callers == Tenant.BuiltIn ? null : callers
                : throw Refusal.InvalidArgument("operator_id", "must be that of the caller, or left out").AsException();
        }

        return asked is null || await own.HasOperatorAsync(asked.Value, context.CancellationToken)
            ? asked
            : throw Refusal.InvalidArgument("operator_id", "must be the id of an operator").AsException();
    }

    /// <summary>Null for an empty name.</summary>
    private static async Task<Guid?> DataCentreAsync(WorkloadStore own, string name, CancellationToken cancellationToken)
    {
        if (Field.Text(name, "host_dc_id", 0, 100) is not { Length: > 0 } known)
            return null;
        return await own.FindDataCentreAsync(known, cancellationToken)
            ?? throw Refusal.InvalidArgument("host_dc_id", "must be the id or the dc_id of a data centre").AsException();
    }

    private static async Task<WorkloadRecord> SubmitAsync(WorkloadStore own, Guid requestId, WorkloadRecord asked, CancellationToken cancellationToken)
    {
        try
        {
            return await own.SubmitAsync(requestId, asked, cancellationToken);
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "compute_workloads_job_id_key" })
        {
            throw Refusal.AlreadyExists("JOB_ID_USED", "job_id: must be a new one; another workload has it").AsException();
        }
    }

    /// <summary>True when the chosen option needs no provider: it is booked or cannot be, and nothing else is booked.</summary>
    private static bool IsSettled(Option chosen, IReadOnlyList<Option> options) =>
        (chosen.Offer is null || chosen.Recommendation.BookingState == BookingState.Confirmed)
        && options.All(o => o == chosen || o.Recommendation.BookingState is not (BookingState.Confirmed or BookingState.Pending));

    private static string StatusName(WorkloadStatus status) =>
        Enum.IsDefined(status) && status != WorkloadStatus.Unspecified
            ? Status.FromProto(status)
            : throw Refusal.InvalidArgument("status", "must be a WorkloadStatus other than WORKLOAD_STATUS_UNSPECIFIED").AsException();

    private TimeSpan Left(ServerCallContext context)
    {
        if (context.Deadline == DateTime.MaxValue)
            return LongestChoice;
        // Earlier than the deadline, so that the answer still arrives.
        var left = (context.Deadline - time.GetUtcNow().UtcDateTime) * 0.8;
        return left < LongestChoice ? left : LongestChoice;
    }

    /// <summary>Waits until the running booking or cancellation ends, but no longer than the caller; returns the state then.</summary>
    private async Task<Workload> OutcomeAsync(Guid id, ServerCallContext context)
    {
        var atMost = Left(context);
        using var watch = changes.Begin(id);
        var started = time.GetTimestamp();
        while (true)
        {
            var now = await ReadAsync(id, context);
            var left = atMost - time.GetElapsedTime(started);
            if (now.Status is not (WorkloadStatus.Choosing or WorkloadStatus.Cancelling) || left <= TimeSpan.Zero)
                return now;
            await watch.WaitAsync(left < Recheck ? left : Recheck, context.CancellationToken);
        }
    }

    private async Task<WorkloadRecord> FindAsync(Guid id, ServerCallContext context) =>
        await store.Of(context.Tenant()).FindAsync(id, context.CancellationToken) ?? throw Refusal.NotFound("workload", id).AsException();

    private async Task<Workload> ReadAsync(Guid id, ServerCallContext context) =>
        await reader.Of(context.Tenant()).FindAsync(id, context.CancellationToken) ?? throw Refusal.NotFound("workload", id).AsException();

    private async Task<Workload> ToProtoAsync(WorkloadRecord record, ServerCallContext context)
    {
        var options = await store.Of(context.Tenant()).OptionsOfAsync(record.Id, context.CancellationToken);
        var run = await runs.Of(context.Tenant()).FindAsync(WorkloadReader.MayRun(record) ? [record.Id] : [], context.CancellationToken);
        return WorkloadMapping.ToProto(record, options, run.GetValueOrDefault(record.Id));
    }
}
