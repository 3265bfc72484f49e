using System.Diagnostics;
using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Orchestrator.Beckn;
using Pylon.Orchestrator.Constraints;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Recommendations;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;
using RpcException = Grpc.Core.RpcException;
using StatusCode = Grpc.Core.StatusCode;

namespace Pylon.Orchestrator.Flow;

/// <summary>An attempt at a claimed workload: renews the lease, runs the flow of the state, and decides what a failure means.</summary>
internal sealed class WorkloadAttempt(
    DiscoverFlow discover,
    ChoiceFlow choice,
    CancellationFlow cancellation,
    BecknStore beckn,
    FlowStore store,
    StepWriter steps,
    FlowTelemetry telemetry,
    DeadLetterMetrics deadLetters,
    Changes<Guid> changes,
    IOptions<FlowOptions> options,
    TimeProvider time,
    ILogger<WorkloadAttempt> logger)
{
    private const int MaxRefusedItems = 20;
    private static readonly TimeSpan Ending = TimeSpan.FromMilliseconds(50);

    /// <summary>Never throws: an error concerns this workload only.</summary>
    public async Task RunAsync(WorkloadRecord workload, Lease lease, CancellationToken cancellationToken)
    {
        using var activity = FlowTelemetry.Begin(workload);
        using var scope = logger.BeginScope("workload {workload_id}", workload.Id);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var started = time.GetTimestamp();
        var keeping = KeepLeaseAsync(lease, lost);
        var outcome = "lost";
        try
        {
            outcome = await AttemptAsync(workload, lease, lost.Token);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested)
        {
            outcome = "released";
            logger.Released(IsCancellation(e) ? null : e, workload.Id);
            await RecordAsync(workload, bound => store.ReleaseAsync(lease, bound));
        }
        catch (Exception e) when (lost.IsCancellationRequested || e is OperationCanceledException or LeaseLostException)
        {
            logger.LeaseLost(workload.Id);
            if (workload.Status != Status.Cancelling)
                await RecordAsync(workload, bound => store.MakeWayAsync(workload.Id, bound));
        }
        catch (Exception e)
        {
            logger.NotRecorded(e, workload.Id);
        }
        finally
        {
            await lost.CancelAsync();
            await keeping;
            activity?.SetTag("pylon.workload.outcome", outcome);
            telemetry.Ended(workload.Status, outcome, time.GetElapsedTime(started));
        }
    }

    private async Task<string> AttemptAsync(WorkloadRecord workload, Lease lease, CancellationToken cancellationToken)
    {
        var longest = options.Value.MaxAttemptDuration;
        using var end = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, end.Token);
        try
        {
            await (workload.Status switch
            {
                Status.Processing => discover.RunAsync(workload, lease, either.Token),
                Status.Choosing => choice.RunAsync(workload, lease, either.Token),
                Status.Cancelling => cancellation.RunAsync(workload, lease, either.Token),
                _ => throw new UnreachableException(workload.Status),
            });
            return "done";
        }
        catch (Exception e) when (IsCancellation(e) && end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return await RetryOrFailAsync(workload, lease, $"the attempt took longer than {longest}", cancellationToken);
        }
        catch (OutrunException e)
        {
            logger.BegunAgain(workload.Id, e.Message);
            await store.ReleaseAsync(lease, cancellationToken);
            return "outrun";
        }
        catch (InfeasibleException e)
        {
            logger.Infeasible(workload.Id, e.Message);
            await store.FailAsync(workload, lease, e.Message, false, e.Infeasibility, cancellationToken);
            deadLetters.Added(WorkloadEvents.Topic);
            return "infeasible";
        }
        catch (ItemRefusedException e) when (workload.Status == Status.Choosing)
        {
            logger.OptionRefused(workload.Id, workload.ChosenOption ?? 0, e.Message);
            await store.AskAgainAsync(workload, lease, $"option {workload.ChosenOption} was refused: {e.Message}", cancellationToken);
            return "refused";
        }
        catch (ItemRefusedException e) when (workload.RefusedItemIds.Length < MaxRefusedItems)
        {
            logger.ItemRefused(workload.Id, e.Message);
            await store.RetryAsync(workload, lease, e.Message, e.ItemId, false, TimeSpan.Zero, time.GetUtcNow(), cancellationToken);
            return "refused";
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && (e is not (OperationCanceledException or LeaseLostException or NpgsqlException or TimeoutException) || IsAboutItsData(e)))
        {
            var expected = e is BecknFailure or BecknRefusal or ItemRefusedException or GridUnavailableException;
            if (!expected)
                logger.Unexpected(e, workload.Id);
            return await RetryOrFailAsync(workload, lease, expected ? e.Message : $"internal error ({e.GetType().Name})", cancellationToken);
        }
    }

    // A gRPC call that is cancelled says so in its own way.
    private static bool IsCancellation(Exception e) => e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled };

    /// <summary>True when the database refuses what this workload writes: data exceptions and constraints.</summary>
    private static bool IsAboutItsData(Exception e) =>
        e is PostgresException { SqlState: var state } && (state.StartsWith("22", StringComparison.Ordinal) || state.StartsWith("23", StringComparison.Ordinal));

    private async Task<string> RetryOrFailAsync(WorkloadRecord workload, Lease lease, string reason, CancellationToken cancellationToken)
    {
        var attempt = workload.Attempts + 1;
        var keep = (await beckn.OrdersOfAsync(workload.Id, cancellationToken)).Any(o => o.MayBeHeld);
        if (attempt >= options.Value.MaxAttempts)
        {
            logger.Failed(workload.Id, attempt, reason);
            await store.FailAsync(workload, lease, reason, keep, null, cancellationToken);
            deadLetters.Added(WorkloadEvents.Topic);
            return "failed";
        }

        var delay = Backoff.After(attempt, options.Value.RetryDelay, options.Value.MaxRetryDelay, Random.Shared.NextDouble());
        logger.Retrying(workload.Id, attempt, options.Value.MaxAttempts, delay, reason);
        await store.RetryAsync(workload, lease, reason, "", keep, delay, time.GetUtcNow() + delay, cancellationToken);
        return "retry";
    }

    private async Task RecordAsync(WorkloadRecord workload, Func<CancellationToken, Task> record)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(3), time);
        try
        {
            await record(bound.Token);
        }
        catch (Exception e)
        {
            logger.NotRecorded(e, workload.Id);
        }
    }

    /// <summary>
    /// Renews the lease, and asks for it at once when the workload changes. Cancels the attempt when the lease is lost, and
    /// when it is not renewed until three quarters of it are over, whatever the renewal does.
    /// </summary>
    private async Task KeepLeaseAsync(Lease lease, CancellationTokenSource attempt)
    {
        var duration = options.Value.Lease;
        using var watch = changes.Begin(lease.WorkloadId);
        await using var end = time.CreateTimer(_ => attempt.Cancel(), null, Left(lease.Until), Timeout.InfiniteTimeSpan);
        var renewed = time.GetTimestamp();
        try
        {
            while (true)
            {
                await watch.WaitAsync(duration / 4 - time.GetElapsedTime(renewed) is { Ticks: > 0 } left ? left : TimeSpan.Zero, attempt.Token);
                try
                {
                    if (!await IsHeldAsync())
                        break;
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // The timer cancels the attempt unless a later renewal succeeds.
                    logger.NotRenewed(e, lease.WorkloadId);
                    renewed = time.GetTimestamp();
                }
            }

            // The attempt may have given it back itself, and ends.
            await Task.Delay(Ending, time, attempt.Token);
            await attempt.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The attempt has ended.
        }

        TimeSpan Left(DateTimeOffset until) => until - (duration / 4) - time.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero;

        async Task<bool> IsHeldAsync()
        {
            if (time.GetElapsedTime(renewed) < duration / 4)
                return await steps.LeaseLeftAsync(lease, attempt.Token) is not null;
            var until = time.GetUtcNow() + duration;
            renewed = time.GetTimestamp();
            if (!await store.RenewAsync(lease, duration, attempt.Token))
                return false;
            end.Change(Left(until), Timeout.InfiniteTimeSpan);
            return true;
        }
    }
}
