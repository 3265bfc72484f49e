using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Orchestrator.Contexts;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Recommendations;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Decisions;

/// <summary>
/// Gives each new workload its context and its output, beside the flow: the flow does not wait for it, and does not fail
/// by it. Any number of instances may do it at once.
/// </summary>
internal sealed class DecisionWorker(
    Listener listener,
    DecisionStore store,
    GridReader reader,
    DecisionMaker maker,
    IOptions<DecisionOptions> options,
    TimeProvider time,
    ILogger<DecisionWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan ReleaseBound = TimeSpan.FromSeconds(3);

    // One transaction for all that are ready: the log of decisions is locked while one commits.
    private readonly GroupCommit<MadeProposal, bool> _saves = new(store.SaveAsync, PostgresFailure.IsTransient, time);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        _saves.RunAsync(stoppingToken),
        listener.RunAsync(["context_due"], (_, cancellationToken) => DrainAsync(cancellationToken), options.Value.PollInterval, stoppingToken));

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var owner = Guid.NewGuid();
            var claimed = await store.ClaimAsync(owner, options.Value.Batch, options.Value.Lease, cancellationToken);
            if (claimed.Count == 0)
                return;
            try
            {
                await WorkAsync(owner, claimed, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                using var bound = new CancellationTokenSource(ReleaseBound, time);
                await store.ReleaseAsync(owner, bound.Token);
                throw;
            }
        }
    }

    private async Task WorkAsync(Guid owner, IReadOnlyList<ClaimedTask> claimed, CancellationToken cancellationToken)
    {
        // An operator's context has nothing of another one.
        var places = new Dictionary<Guid, (IReadOnlyList<DataCentre> Centres, int LeftOut)>();
        foreach (var operatorId in claimed.Select(task => task.OperatorId).Distinct())
            places[operatorId ?? Tenant.BuiltIn] = await store.DataCentresAsync(operatorId, options.Value.MaxDataCentres, cancellationToken);
        GridReading grid;
        try
        {
            grid = await reader.ReadAsync(cancellationToken);
        }
        catch (GridUnavailableException e)
        {
            foreach (var task in claimed)
                await FailedAsync(owner, task, e.Message, cancellationToken);
            return;
        }

        await Parallel.ForEachAsync(
            claimed,
            new ParallelOptions { MaxDegreeOfParallelism = options.Value.MaxInFlight, CancellationToken = cancellationToken },
            async (task, token) => await MakeAsync(owner, task, grid, places[task.OperatorId ?? Tenant.BuiltIn], token));
    }

    private async Task MakeAsync(
        Guid owner, ClaimedTask task, GridReading grid, (IReadOnlyList<DataCentre> Centres, int LeftOut) places, CancellationToken cancellationToken)
    {
        try
        {
            var proposal = await maker.MakeAsync(task, grid, places.Centres, places.LeftOut, cancellationToken);
            if (!await _saves.WriteAsync(new MadeProposal(task.NotificationId, owner, proposal), cancellationToken))
                logger.LeaseLost(task.WorkloadId);
        }
        catch (Exception e) when (e is not OperationCanceledException && !PostgresFailure.IsTransient(e))
        {
            // An error of one workload; the others go on.
            logger.Unexpected(e, task.WorkloadId);
            await FailedAsync(owner, task, $"internal error ({e.GetType().Name})", cancellationToken);
        }
    }

    private async Task FailedAsync(Guid owner, ClaimedTask task, string reason, CancellationToken cancellationToken)
    {
        if (task.Attempts >= options.Value.MaxAttempts)
        {
            logger.GivenUp(task.WorkloadId, task.Attempts, reason);
            await store.GiveUpAsync(task, owner, reason, cancellationToken);
            return;
        }

        var delay = Backoff.After(task.Attempts, options.Value.RetryDelay, options.Value.MaxRetryDelay, Random.Shared.NextDouble());
        logger.Retrying(task.WorkloadId, task.Attempts, options.Value.MaxAttempts, delay, reason);
        await store.RetryAsync(task.NotificationId, owner, delay, reason, cancellationToken);
    }
}
