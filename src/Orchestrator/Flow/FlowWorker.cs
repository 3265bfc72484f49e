using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Flow;

/// <summary>
/// Picks up what is due and runs it. The bell rings when PostgreSQL tells of new work, when a run has ended, when the
/// next retry or lease is due, and at every poll; then workloads are claimed until none is due or no place is free.
/// </summary>
internal sealed class FlowWorker(
    Listener listener, FlowStore store, WorkloadRun run, IOptions<FlowOptions> options, TimeProvider time, ILogger<FlowWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromMilliseconds(500);

    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    // By a key of each run: a workload may be claimed again while its last run here is still ending.
    private readonly ConcurrentDictionary<Guid, Task> _running = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        logger.Started(options.Value.PollInterval);
        await Task.WhenAll(ListenAsync(stoppingToken), WorkAsync(stoppingToken));
        await Task.WhenAll(_running.Values);
    }

    private Task ListenAsync(CancellationToken stopping) =>
        listener.RunAsync(
            ["workload_due"],
            (_, _) =>
            {
                Ring();
                return Task.CompletedTask;
            },
            options.Value.PollInterval,
            stopping);

    private void Ring() => _bell.Writer.TryWrite(true);

    private async Task WorkAsync(CancellationToken stopping)
    {
        using var alarm = time.CreateTimer(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            while (await _bell.Reader.WaitToReadAsync(stopping))
            {
                _bell.Reader.TryRead(out _);
                try
                {
                    await DrainAsync(stopping);
                    SetAlarm(alarm, await store.NextDueAsync(stopping));
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    logger.QueueUnreadable(e);
                    alarm.Change(PauseAfterError, Timeout.InfiniteTimeSpan);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The runs give their workloads back.
        }
    }

    private async Task DrainAsync(CancellationToken stopping)
    {
        while (options.Value.MaxInFlight - _running.Count is > 0 and var free)
        {
            var atMost = Math.Min(free, options.Value.MaxWorkloadsPerCycle);
            var (owner, until) = (Guid.NewGuid(), time.GetUtcNow() + options.Value.Lease);
            var claimed = await store.ClaimAsync(owner, atMost, options.Value.Lease, stopping);
            if (claimed.Count > 0)
                logger.Claimed(claimed.Count);
            foreach (var workload in claimed)
                Start(workload, new Lease(workload.Id, owner, until), stopping);
            if (claimed.Count < atMost)
                return;
        }
    }

    private void Start(WorkloadRecord workload, Lease lease, CancellationToken stopping)
    {
        var key = Guid.NewGuid();
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[key] = RunAsync();
        begin.SetResult();

        async Task RunAsync()
        {
            await begin.Task;
            await run.RunAsync(workload, lease, stopping);
            _running.TryRemove(key, out _);
            Ring();
        }
    }

    // With all places taken something is due already: the end of a run rings for it.
    private void SetAlarm(ITimer alarm, TimeSpan? nextDue)
    {
        if (nextDue is not { } wait || _running.Count >= options.Value.MaxInFlight)
            return;
        var atLeast = wait > TimeSpan.FromMilliseconds(10) ? wait : TimeSpan.FromMilliseconds(10);
        alarm.Change(atLeast < options.Value.PollInterval ? atLeast : options.Value.PollInterval, Timeout.InfiniteTimeSpan);
    }
}
