using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Journals;
using Pylon.Conductor.Shared;
using Pylon.Conductor.V1;
using Pylon.Postgres;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Conductor.Work;

/// <summary>The gRPC API of workers.</summary>
internal sealed class WorkService(
    WorkStore store, ClaimDesk desk, BatchStore orders, IBatches batches, IBatchOwners owners, Changes<string> changes, ConductorMetrics metrics, TimeProvider time, ILogger<WorkService> logger)
    : V1.WorkService.WorkServiceBase
{
    private const int MaxId = 200;
    private const int MaxName = 100;
    private const int MaxZones = 20;
    private const int MaxTogether = 100;
    private const int MaxReason = 200;
    private const int MaxOutput = 4_096;
    private const int LongestWait = 30;

    // Of its deadline, for the answer to reach the caller.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);

    public override async Task<JoinWorkResponse> JoinWork(JoinWorkRequest request, ServerCallContext context)
    {
        var worker = request.Worker ?? throw Refusal.InvalidArgument("worker", "must be given").AsException();
        worker.Name = Field.Text(worker.Name, "worker.name", 1, MaxName);
        Zones(worker.Zones, "worker.zones");
        if (worker.Jobs.Count > MaxTogether)
            throw Refusal.InvalidArgument("worker.jobs", $"must be at most {MaxTogether}").AsException();
        foreach (var job in worker.Jobs)
            Check(job);
        await store.JoinAsync(context.Tenant(), worker, context.CancellationToken);
        return new JoinWorkResponse();
    }

    public override async Task<ClaimWorkResponse> ClaimWork(ClaimWorkRequest request, ServerCallContext context)
    {
        var worker = Field.Text(request.Worker, "worker", 1, MaxName);
        Zones(request.Zones, "zones");
        if (request.Jobs.Count is 0 or > MaxTogether)
            throw Refusal.InvalidArgument("jobs", $"must be 1 to {MaxTogether}").AsException();
        var jobs = request.Jobs.Select(job => Field.Text(job, "jobs", 0, MaxName)).Distinct(StringComparer.Ordinal).ToList();
        var most = request.MaxParts == 0 ? 1 : Field.Range(request.MaxParts, "max_parts", 1, MaxTogether);
        var wait = Wait(request.Wait);
        if (wait > TimeSpan.Zero)
            await store.SeenAsync(context.Tenant(), worker, context.CancellationToken);
        var left = context.Deadline - time.GetUtcNow().UtcDateTime - AnswerTime;
        var claims = await desk.ClaimAsync(
            new WorkRequest(context.Tenant(), worker, [.. request.Zones.Distinct(StringComparer.Ordinal)], jobs, most), wait < left ? wait : left, context.CancellationToken);
        return new ClaimWorkResponse { Claims = { claims } };
    }

    public override async Task<RenewWorkResponse> RenewWork(RenewWorkRequest request, ServerCallContext context)
    {
        var worker = Field.Text(request.Worker, "worker", 1, MaxName);
        if (request.Renewals.Count > MaxTogether)
            throw Refusal.InvalidArgument("renewals", $"must be at most {MaxTogether}").AsException();
        foreach (var renewal in request.Renewals)
            renewal.Output = Output(renewal.Output, "renewals.output");
        await store.SeenAsync(context.Tenant(), worker, context.CancellationToken);
        return new RenewWorkResponse { Renewed = { await store.RenewAsync(context.Tenant(), [.. request.Renewals.DistinctBy(r => r.Token)], context.CancellationToken) } };
    }

    public override async Task<CompleteWorkResponse> CompleteWork(CompleteWorkRequest request, ServerCallContext context)
    {
        var (batchId, phase, part) = Part(request.BatchId, request.Phase, request.Part);
        var correlationId = Field.Text(request.CorrelationId, "correlation_id", 0, MaxId);
        using var scope = logger.BatchScope(batchId, correlationId);
        var report = new PhaseReport(
            // The same when it is sent again.
            StableId.Of("completed", batchId, phase, part, $"{request.Token}"), batchId, phase, part, Succeeded: true, "", correlationId, time.GetUtcNow())
        {
            Work = PhaseWork.Parse(request.HasEnergyKwh ? request.EnergyKwh : null, request.StartedAt, request.EndedAt),
            Held = new HeldPart(request.Token, Output(request.Output, "output"), request.HasEnergyKwh ? request.EnergyKwh : null, request.EnergyEstimated),
        };
        await owners.RequireOwnAsync(batchId, context);
        ReportOutcome outcome;
        try
        {
            outcome = await batches.ReportAsync(report, context.CancellationToken);
        }
        catch (RefusalException)
        {
            logger.LeaseLost(batchId, phase, part, request.Token);
            throw;
        }

        metrics.Reported(outcome.Changed);
        return new CompleteWorkResponse { Changed = outcome.Changed, Progress = Pipelines.PipelineService.ToProto(outcome.Progress) };
    }

    public override async Task<FailWorkResponse> FailWork(FailWorkRequest request, ServerCallContext context)
    {
        var (batchId, phase, part) = Part(request.BatchId, request.Phase, request.Part);
        var correlationId = Field.Text(request.CorrelationId, "correlation_id", 0, MaxId);
        request.Reason = Field.Text(request.Reason, "reason", 0, MaxReason);
        request.Output = Output(request.Output, "output");
        // This only checks the energy; the store adds it to the part.
        PhaseWork.Parse(request.HasEnergyKwh ? request.EnergyKwh : null, null, null);
        using var scope = logger.BatchScope(batchId, correlationId);
        await owners.RequireOwnAsync(batchId, context);
        if (await store.GiveBackAsync(request, PartName.Read(part)!.Value, context.CancellationToken) is not { } given)
        {
            logger.LeaseLost(batchId, phase, part, request.Token);
            throw HeldPart.Lost(request.Token);
        }

        if (request.HandBack)
        {
            changes.Signal(Order.Ready);
            return new FailWorkResponse { NextAttemptAt = given.Next?.ToTimestamp() };
        }

        await batches.ReportAsync(
            new PhaseReport(StableId.Of("failed", batchId, phase, part, $"{request.Token}"), batchId, phase, part, Succeeded: false, request.Reason, correlationId, time.GetUtcNow()),
            context.CancellationToken);
        // What is lost here is found by the sweeper.
        if (given.Next is null)
        {
            logger.PhaseFails(batchId, phase, request.Reason);
            await WorkSweeper.FailAsync(batches, new DeadPhase(batchId, phase, correlationId, request.Reason, given.Revision), time, context.CancellationToken);
        }

        return new FailWorkResponse { PhaseFailed = given.Next is null, NextAttemptAt = given.Next?.ToTimestamp() };
    }

    public override async Task<WithdrawWorkResponse> WithdrawWork(WithdrawWorkRequest request, ServerCallContext context)
    {
        var revision = Field.Range(request.Revision, "revision", 1, long.MaxValue);
        var batchId = Field.Text(request.BatchId, "batch_id", 1, MaxId);
        await owners.ClaimAsync(batchId, Field.OptionalUuid(request.OperatorId, "operator_id"), context);
        await orders.WithdrawAsync(batchId, revision, context.CancellationToken);
        return new WithdrawWorkResponse();
    }

    public override async Task<CheckJobResponse> CheckJob(CheckJobRequest request, ServerCallContext context)
    {
        var offered = await store.JobsAsync(context.Tenant(), context.CancellationToken);
        var same = offered.Where(job => job.Name == request.Job).ToList();
        if (same.Count == 0)
        {
            throw Refusal.InvalidArgument(
                "job",
                offered.Count == 0 ? "no worker has joined: start one with ./pylon worker" : $"must be one of {string.Join(", ", offered.Select(j => j.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))}").AsException();
        }

        // Workers may know different versions of a job; the last word is that of the worker that runs it.
        var checks = same.Select(job => ParameterRules.Check(job.Parameters, request.Parameters)).ToList();
        var good = checks.Find(check => check.Fault is null);
        if (good.Values is null)
            throw Refusal.InvalidArgument(checks[0].Fault!.Value.Field, checks[0].Fault!.Value.Rule).AsException();
        var response = new CheckJobResponse();
        foreach (var (name, value) in good.Values)
            response.Parameters[name] = value;
        return response;
    }

    public override async Task<ListWorkResponse> ListWork(ListWorkRequest request, ServerCallContext context)
    {
        var batchId = Field.Text(request.BatchId, "batch_id", 1, MaxId);
        if (await owners.FindAsync(batchId, context.CancellationToken) is not { } owner || (context.Tenant().OperatorId is { } caller && caller != owner))
            throw Refusal.NotFound("batch", batchId).AsException();
        return new ListWorkResponse { Parts = { await store.ListAsync(context.Tenant(), batchId, context.CancellationToken) } };
    }

    public override async Task<ListWorkersResponse> ListWorkers(ListWorkersRequest request, ServerCallContext context) =>
        new() { Workers = { await store.WorkersAsync(context.Tenant(), context.CancellationToken) } };

    private static void Check(WorkerJob job)
    {
        if (!ParameterRules.IsJob(job.Name))
            throw Refusal.InvalidArgument("worker.jobs.name", "must be a letter or digit, then at most 99 letters, digits, dots, dashes and underscores").AsException();
        Field.Text(job.Description, "worker.jobs.description", 0, 500);
        if (job.Parameters.Count > ParameterRules.MaxParameters || job.Parameters.DistinctBy(p => p.Name).Count() < job.Parameters.Count)
            throw Refusal.InvalidArgument("worker.jobs.parameters", $"must be at most {ParameterRules.MaxParameters}, each with its own name").AsException();
        if (job.Parameters.Select(ParameterRules.FaultOf).FirstOrDefault(fault => fault is not null) is { } wrong)
            throw Refusal.InvalidArgument("worker.jobs.parameters", wrong).AsException();
    }

    private static void Zones(IReadOnlyCollection<string> zones, string name)
    {
        if (zones.Count > MaxZones)
            throw Refusal.InvalidArgument(name, $"must be at most {MaxZones}").AsException();
        foreach (var zone in zones)
            Field.Text(zone, name, 1, MaxName);
    }

    private static TimeSpan Wait(Duration? wait)
    {
        // Before it is read: one that is no time cannot be.
        if (wait is { Seconds: < 0 or > LongestWait } or { Nanos: < 0 or > 999_999_999 } || wait is { Seconds: LongestWait, Nanos: > 0 })
            throw Refusal.InvalidArgument("wait", $"must be from 0 to {LongestWait} s").AsException();
        return wait?.ToTimeSpan() ?? TimeSpan.Zero;
    }

    private static (string BatchId, string Phase, string Part) Part(string batchId, string phase, string part) => (
        Field.Text(batchId, "batch_id", 1, MaxId),
        Field.Text(phase, "phase", 1, MaxId),
        PartName.Read(Field.Text(part, "part", 1, MaxId)) is { } number ? PartName.Of(number) : throw Refusal.InvalidArgument("part", "must be part-1, part-2 and so on").AsException());

    /// <summary>Without what PostgreSQL cannot keep and a terminal must not print.</summary>
    private static string Output(string output, string name) => output.Length <= MaxOutput
        ? string.Concat(output.Where(c => !char.IsControl(c) || c is '\n' or '\t').Where(c => !char.IsSurrogate(c)))
        : throw Refusal.InvalidArgument(name, $"must have at most {MaxOutput} characters").AsException();
}
