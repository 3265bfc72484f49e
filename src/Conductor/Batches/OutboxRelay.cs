using Pylon.Messaging;
using StackExchange.Redis;

namespace Pylon.Conductor.Batches;

/// <summary>
/// Takes the events of the shards' outboxes to the event stream, those of skipped phases also to the topic where another
/// system's readers expect them, then marks in PostgreSQL that they are out, then
/// removes them; dying in between repeats what the stream recognises by its id. Any number of instances may run: each
/// publishes from the front, so the order stays.
/// </summary>
internal sealed class OutboxRelay(RedisCalls redis, IEventStream stream, BatchStore store, TimeProvider time, ILogger<OutboxRelay> logger) : BackgroundService
{
    private const int MaxTogether = 500;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly bool[] _rung = new bool[BatchKeys.Shards];
    private readonly SemaphoreSlim _bell = new(0, 1);

    /// <summary>Says that there is something in the outbox of a shard.</summary>
    public void Ring(int shard)
    {
        Volatile.Write(ref _rung[shard], true);
        lock (_bell)
        {
            if (_bell.CurrentCount == 0)
                _bell.Release();
        }
    }

    /// <summary>Publishes everything that is there now.</summary>
    public async Task DrainAsync(IEnumerable<int> shards, CancellationToken cancellationToken)
    {
        foreach (var shard in shards)
        {
            while (await DrainAsync(shard, cancellationToken) == MaxTogether)
            {
                // There may be more.
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.Zero;
        var all = Enumerable.Range(0, BatchKeys.Shards).ToList();
        var polled = time.GetTimestamp();
        var shards = all;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await DrainAsync(shards, stoppingToken);
                if (pause > TimeSpan.Zero)
                    logger.RelayRestored();
                pause = TimeSpan.Zero;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (pause == TimeSpan.Zero)
                    logger.RelayInterrupted(e);
                pause = TimeSpan.FromMilliseconds(Math.Clamp(pause.TotalMilliseconds * 2, 50, LongestPause.TotalMilliseconds));
                await Task.Delay(pause, time, stoppingToken);
                continue;
            }

            var left = Poll - time.GetElapsedTime(polled);
            if (left > TimeSpan.Zero)
                await _bell.WaitAsync(left, stoppingToken);
            if (time.GetElapsedTime(polled) < Poll)
            {
                shards = [.. all.Where(shard => Volatile.Read(ref _rung[shard]))];
            }
            else
            {
                // Those that other instances rang for, or that rang for nobody.
                shards = all;
                polled = time.GetTimestamp();
            }

            foreach (var shard in shards)
                Volatile.Write(ref _rung[shard], false);
        }
    }

    private async Task<int> DrainAsync(int shard, CancellationToken cancellationToken)
    {
        var outbox = BatchKeys.OutboxOf(shard);
        var entries = await redis.BoundAsync(database => database.StreamRangeAsync(outbox, count: MaxTogether), cancellationToken);
        if (entries.Length == 0)
            return 0;
        var read = entries.Select(entry => Read(shard, entry)).OfType<OutboxEntry>().ToList();
        await stream.PublishAsync(BatchEvents.Topic, [.. read.Select(r => r.Event)], cancellationToken);
        if (read.Where(r => r.Event.BatchPhaseSkipped is not null).ToList() is { Count: > 0 } skipped)
        {
            await stream.PublishEnvelopesAsync(
                SeedEnvelope.SkippedTopic, [.. skipped.Select(s => new Envelope(s.Event.Id, SeedEnvelope.Skipped(s.Event)))], cancellationToken);
        }

        if (read.Select(r => r.ReportId).OfType<Guid>().ToList() is { Count: > 0 } reports)
            await store.SettleAsync(reports, cancellationToken);
        if (read.Select(r => r.DefinitionId).OfType<Guid>().Distinct().ToList() is { Count: > 0 } definitions)
            await store.SettleDefinitionsAsync(definitions, cancellationToken);
        await redis.BoundAsync(database => database.StreamDeleteAsync(outbox, [.. entries.Select(e => e.Id)]), cancellationToken);
        return entries.Length;
    }

    // Nothing but our own scripts writes here; should it happen all the same, the rest must go on.
    private OutboxEntry? Read(int shard, StreamEntry entry)
    {
        try
        {
            return OutboxEntry.Read(entry);
        }
        catch (Exception e)
        {
            logger.OutboxEntryUnreadable(e, entry.Id.ToString(), shard);
            return null;
        }
    }
}
