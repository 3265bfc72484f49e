using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Flow;

/// <summary>
/// Claims due workloads and starts an attempt at each. It wakes when PostgreSQL notifies of work, when an attempt ends,
/// when the next retry or lease is due, and at every poll; then it claims until nothing is due or no place is free.
/// </summary>
internal sealed class FlowWorker(
    Listener listener, FlowStore store, WorkloadAttempt attempt, IOptions<FlowOptions> options, TimeProvider time, ILogger<FlowWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(5);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    // The last claim got as many as it asked for.
    private bool _hasBacklog;

    // By a key of its own: a workload may be claimed again while its last attempt here is still ending.
    private readonly ConcurrentDictionary<Guid, Task> _running = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        logger.Started(options.Value.PollInterval);
        await Task.WhenAll(ListenAsync(stoppingToken), WorkAsync(stoppingToken));
        await Task.WhenAll(_running.Values);
    }

    private Task ListenAsync(CancellationToken cancellationToken) =>
        listener.RunAsync(
            ["workload_due"],
            (_, _) =>
            {
                Wake();
                return Task.CompletedTask;
            },
            options.Value.PollInterval,
            cancellationToken);

    private void Wake() => _wake.Writer.TryWrite(true);

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        using var timer = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            while (await _wake.Reader.WaitToReadAsync(cancellationToken))
            {
                // With a backlog more places become free within a moment, and a claim takes several workloads at a time.
                if (_hasBacklog && Free < options.Value.MaxWorkloadsPerCycle)
                    await Task.Delay(Gathering, time, cancellationToken);
                _wake.Reader.TryRead(out _);
                try
                {
                    await DrainAsync(cancellationToken);
                    // With all places taken, the end of an attempt wakes the worker.
                    if (Free > 0)
                        SetTimer(timer, await store.NextDueAsync(cancellationToken));
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    logger.QueueUnreadable(e, PauseAfterError);
                    timer.Change(PauseAfterError, Timeout.InfiniteTimeSpan);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The attempts release their workloads.
        }
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (Free is > 0 and var free)
        {
            var atMost = Math.Min(free, options.Value.MaxWorkloadsPerCycle);
            var (owner, until) = (Guid.NewGuid(), time.GetUtcNow() + options.Value.Lease);
            var claimed = await store.ClaimAsync(owner, atMost, options.Value.Lease, cancellationToken);
            if (claimed.Count > 0)
                logger.Claimed(claimed.Count);
            foreach (var workload in claimed)
                Start(workload, new Lease(workload.Id, owner, until), cancellationToken);
            _hasBacklog = claimed.Count == atMost;
            if (!_hasBacklog)
                return;
        }
    }

    private void Start(WorkloadRecord workload, Lease lease, CancellationToken cancellationToken)
    {
        var key = Guid.NewGuid();
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[key] = RunAsync();
        begin.SetResult();

        async Task RunAsync()
        {
            await begin.Task;
            await attempt.RunAsync(workload, lease, cancellationToken);
            _running.TryRemove(key, out _);
            Wake();
        }
    }

    private int Free => options.Value.MaxInFlight - _running.Count;

    private void SetTimer(ITimer timer, TimeSpan? nextDue)
    {
        if (nextDue is not { } wait)
            return;
        var atLeast = wait > TimeSpan.FromMilliseconds(10) ? wait : TimeSpan.FromMilliseconds(10);
        timer.Change(atLeast < options.Value.PollInterval ? atLeast : options.Value.PollInterval, Timeout.InfiniteTimeSpan);
    }
}
