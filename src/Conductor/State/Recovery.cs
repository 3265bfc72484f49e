using System.Globalization;
using Microsoft.Extensions.Options;
using Pylon.Conductor.Circuits;
using Pylon.Conductor.Journals;
using Pylon.Conductor.Shared;

namespace Pylon.Conductor.State;

/// <summary>
/// Publishes what is durable but not published, because the Conductor or Redis died between the two. It applies the
/// reports and definitions again, which changes nothing when they are only late.
/// </summary>
internal sealed class Recovery(
    BatchStore store, RedisCalls redis, RedisBatches batches, OutboxSignal signal, IOptions<ConductorOptions> options, TimeProvider time, ILogger<Recovery> logger) : BackgroundService
{
    // Past this a change that Redis knows and nobody published has lost its event.
    private const int LostFactor = 6;

    private TimeSpan LostAfter => options.Value.RecoverAfter * LostFactor;

    /// <summary>Recovers what is there now; the number of batches that had something.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var batchIds = await store.UnsettledAsync(options.Value.RecoverAfter, cancellationToken);
        var old = (await store.UnsettledAsync(LostAfter, cancellationToken)).ToHashSet(StringComparer.Ordinal);
        foreach (var batchId in batchIds)
        {
            var shard = new BatchKeys(batchId).Shard;
            var isLost = old.Contains(batchId) && !await IsBehindAsync(shard, cancellationToken);
            foreach (var definition in await store.UnsettledDefinitionsAsync(batchId, cancellationToken))
                await batches.ApplyAsync(definition, cancellationToken, isLost);
            await ApplyAsync(batchId, isLost, cancellationToken);
            signal.Set(shard);
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
                logger.RecoveryInterrupted(e, options.Value.RecoverAfter);
            }

            await Task.Delay(options.Value.RecoverAfter, time, stoppingToken);
        }
    }

    /// <summary>True while the outbox has an entry so old that a late event may still be in it.</summary>
    private async Task<bool> IsBehindAsync(int shard, CancellationToken cancellationToken)
    {
        var oldest = await redis.BoundAsync(database => database.StreamRangeAsync(BatchKeys.OutboxOf(shard), count: 1), cancellationToken);
        return oldest.Any(entry =>
            DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(entry.Id.ToString().Split('-')[0], CultureInfo.InvariantCulture)) < time.GetUtcNow() - LostAfter);
    }

    private async Task ApplyAsync(string batchId, bool isLost, CancellationToken cancellationToken)
    {
        var idle = new List<IdleReport>();
        foreach (var together in (await store.UnsettledOfBatchAsync(batchId, cancellationToken)).Chunk(256))
        {
            var applied = await Task.WhenAll(together.Select(k => batches.ApplyAsync(k.Report, cancellationToken, isLost)));
            idle.AddRange(together.Zip(applied, (kept, a) => new IdleReport(kept.Report.EventId, a.Maker)).Where(report => report.Id != report.Maker));
        }

        if (idle.Count > 0)
            await store.SettleIdleAsync(idle, cancellationToken);
    }
}
