using Microsoft.Extensions.Options;
using Pylon.Conductor.Shared;

namespace Pylon.Conductor.Purge;

/// <summary>Removes from PostgreSQL what has expired. Several instances may do it at once.</summary>
internal sealed class PurgeWorker(
    PurgeStore store, IOptions<ConductorOptions> options, ConductorMetrics metrics, TimeProvider time, ILogger<PurgeWorker> logger) : BackgroundService
{
    private const int MaxTogether = 2000;

    /// <summary>One round over all tables; the number of rows removed.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken, int together = MaxTogether)
    {
        var (removed, step) = (0, 0);
        do
        {
            step = await store.BatchesAsync(together, cancellationToken);
            removed += step;
            metrics.Purged("batches", step);
        }
        while (step == together);

        foreach (var table in PurgeStore.Journals)
        {
            var at = new PurgeStep(0, 0, IsMore: true);
            while (at.IsMore)
            {
                at = await store.JournalAsync(table, at.Last, together, cancellationToken);
                removed += at.Removed;
                metrics.Purged(table, at.Removed);
            }
        }

        return removed;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PurgeEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await RunAsync(stoppingToken) is > 0 and var removed)
                    logger.Purged(removed);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.PurgeInterrupted(e);
            }
        }
    }
}
