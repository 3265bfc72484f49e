using Microsoft.Extensions.Options;

namespace Pylon.Conductor.Batches;

/// <summary>
/// Looks after what is durable but not published: the Conductor or Redis died between the two. Applying it again does
/// nothing when it is only late.
/// </summary>
internal sealed class Recovery(
    BatchStore store, RedisBatches batches, BatchLoader loader, OutboxRelay relay, IOptions<ConductorOptions> options, TimeProvider time, ILogger<Recovery> logger) : BackgroundService
{
    // Past this a report that Redis knows and nobody published has lost its event.
    private const int LostFactor = 6;

    /// <summary>One look; the number of batches that had something.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var batchIds = await store.UnsettledAsync(options.Value.RecoverAfter, cancellationToken);
        var lost = (await store.UnsettledAsync(options.Value.RecoverAfter * LostFactor, cancellationToken)).ToHashSet(StringComparer.Ordinal);
        foreach (var batchId in batchIds)
        {
            if (lost.Contains(batchId))
                await loader.InvalidateAsync(batchId, cancellationToken);
            foreach (var definition in await store.UnsettledDefinitionsAsync(batchId, cancellationToken))
                await batches.ApplyAsync(definition, cancellationToken);
            await ApplyAsync(batchId, cancellationToken);
            relay.Ring(new BatchKeys(batchId).Shard);
            logger.Recovered(batchId);
        }

        return batchIds.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.RecoveryInterrupted(e);
            }

            await Task.Delay(options.Value.RecoverAfter, time, stoppingToken);
        }
    }

    private async Task ApplyAsync(string batchId, CancellationToken cancellationToken)
    {
        var idle = new List<Guid>();
        foreach (var together in (await store.UnsettledOfBatchAsync(batchId, cancellationToken)).Chunk(256))
        {
            var applied = await Task.WhenAll(together.Select(k => batches.ApplyAsync(k.Report, cancellationToken)));
            idle.AddRange(together.Zip(applied).Where(x => !x.Second.Changed && !x.Second.IsSame).Select(x => x.First.Report.EventId));
        }

        if (idle.Count > 0)
            await store.SettleAsync(idle, cancellationToken);
    }
}
