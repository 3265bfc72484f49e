using System.Diagnostics;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Conductor.V1;
using Pylon.Orchestrator.Queue;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Runs;

/// <summary>
/// Calls the Conductor: it defines the pipeline of a scheduled workload, until that is answered, and reads the progress
/// of a run without recent reports, because events can be lost with Redis. Both calls may be repeated.
/// </summary>
internal sealed class RunWorker(
    Listener listener,
    RunStore store,
    PipelineService.PipelineServiceClient conductor,
    WorkService.WorkServiceClient work,
    RunSteps steps,
    IOptions<RunOptions> options,
    TimeProvider time,
    ILogger<RunWorker> logger) : BackgroundService
{
    private const int MaxTogether = 16;

    private static readonly ActivitySource Source = new("Pylon.Orchestrator");

    // Shorter than the shortest lease.
    private static readonly TimeSpan CallBound = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        listener.RunAsync(["run_due"], (_, token) => DrainAsync(token), options.Value.PollInterval, stoppingToken);

    /// <summary>Calls for the runs that are due; gives how long it takes until the next one is.</summary>
    private async Task<TimeSpan?> DrainAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<RunRecord> claimed;
        do
        {
            var (owner, until) = (Guid.NewGuid(), time.GetUtcNow() + options.Value.Lease);
            claimed = await store.ClaimAsync(owner, options.Value.Lease, MaxTogether, cancellationToken);
            await Task.WhenAll(claimed.Select(run => CallAsync(run, new Lease(run.WorkloadId, owner, until), cancellationToken)));
        }
        while (claimed.Count == MaxTogether);
        return await store.NextDueAsync(cancellationToken);
    }

    private async Task CallAsync(RunRecord run, Lease lease, CancellationToken cancellationToken)
    {
        using var scope = logger.BeginScope("workload {workload_id} {correlation_id}", run.WorkloadId, run.CorrelationId);
        var longest = options.Value.MaxDuration;
        Func<RunRecord, RunRecord> rule;
        try
        {
            if (run.Withdraws)
            {
                await work.WithdrawWorkAsync(new WithdrawWorkRequest { BatchId = run.WorkloadId.ToString(), Revision = run.Revision, OperatorId = $"{run.OperatorId}" }, Bound(cancellationToken));
                rule = RunRules.Withdraw;
            }
            else if (time.GetUtcNow() - run.RequestedAt >= longest)
            {
                logger.TooLong(run.WorkloadId, longest);
                rule = now => RunRules.Expire(now, longest, time.GetUtcNow());
            }
            else
            {
                rule = run.State == RunRecord.Requested ? await DefineAsync(run, cancellationToken) : await AskAsync(run, cancellationToken);
            }
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.InvalidArgument && !run.Withdraws)
        {
            logger.Refused(run.WorkloadId, run.Pipeline, e.Status.Detail);
            rule = now => RunRules.Refuse(now, e.Status.Detail, time.GetUtcNow());
        }
        catch (RpcException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var settings = options.Value;
            var delay = Backoff.After(run.Attempts + 1, settings.RetryDelay, settings.MaxRetryDelay, Random.Shared.NextDouble());
            logger.NotAnswered(run.WorkloadId, run.Attempts + 1, delay, $"{e.StatusCode} {e.Status.Detail}");
            rule = now => run.Withdraws ? RunRules.RetryWithdrawal(now, delay) : RunRules.Retry(now, $"the Conductor did not answer: {e.StatusCode} {e.Status.Detail}", delay);
        }

        await store.ChangeAsync(lease, rule, cancellationToken);
    }

    private async Task<Func<RunRecord, RunRecord>> DefineAsync(RunRecord run, CancellationToken cancellationToken)
    {
        // Also where nobody samples: the Conductor's events are in the trace of the workload.
        using var activity = run.Traceparent is { } parent
            ? Source.StartActivity("run define", ActivityKind.Client, parent) ?? new Activity("run define").SetParentId(parent).Start()
            : null;
        var answer = await conductor.DefinePipelineAsync(
            new DefinePipelineRequest
            {
                BatchId = run.WorkloadId.ToString(),
                RequestedPipeline = run.Pipeline,
                CorrelationId = run.CorrelationId,
                TotalEntities = run.Parts ?? options.Value.Parts,
                Work = await steps.PlanAsync(run, cancellationToken),
                Explain = true,
                OperatorId = $"{run.OperatorId}",
            },
            Bound(cancellationToken));
        logger.Defined(run.WorkloadId, run.Pipeline, answer.AnalysisSummary);
        return now => RunRules.Define(now, answer, time.GetUtcNow()) is var defined && ReferenceEquals(defined, now)
            ? now
            : defined with { DueIn = options.Value.AskAfter };
    }

    private async Task<Func<RunRecord, RunRecord>> AskAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var known = new List<PhaseProgress>();
        try
        {
            var answer = await conductor.GetBatchAsync(new GetBatchRequest { BatchId = run.WorkloadId.ToString() }, Bound(cancellationToken));
            known.AddRange(answer.Batch.Phases);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            // The Conductor deletes a batch after a long time without a report.
        }

        // The longer nothing changes, the longer the next pause.
        var silent = time.GetUtcNow() - run.UpdatedAt;
        var next = silent < options.Value.AskAfter ? options.Value.AskAfter : silent < LongestSilence ? silent : LongestSilence;
        return now => RunRules.Follow(now, known.Select(p => PhaseReport.Of(p, time.GetUtcNow())), next, time.GetUtcNow());
    }

    private CallOptions Bound(CancellationToken cancellationToken) =>
        new(deadline: (time.GetUtcNow() + CallBound).UtcDateTime, cancellationToken: cancellationToken);
}
