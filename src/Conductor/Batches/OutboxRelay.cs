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
    private const int MaxTogether = 200;

    // Under load events gather so long between two passes, because a pass costs the same for one as for a hundred. The
    // first one after a silence does not wait.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(25);
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
    public async Task DrainAsync(IReadOnlyCollection<int> shards, CancellationToken cancellationToken)
    {
        while (shards.Count > 0)
            shards = await TakeAsync(shards, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.Zero;
        var all = Enumerable.Range(0, BatchKeys.Shards).ToList();
        var polled = time.GetTimestamp();
        var shards = all;
        while (!stoppingToken.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
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

            if (shards.Count > 0 && shards != all && Gathering - time.GetElapsedTime(began) is var rest && rest > TimeSpan.Zero)
                await Task.Delay(rest, time, stoppingToken);
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

    /// <summary>Takes what is in front; gives the shards that may have more.</summary>
    private async Task<IReadOnlyCollection<int>> TakeAsync(IReadOnlyCollection<int> shards, CancellationToken cancellationToken)
    {
        var found = (await Task.WhenAll(shards.Select(ReadAsync))).Where(f => f.Entries.Length > 0).ToList();
        if (found.Count == 0)
            return [];
        var read = found.SelectMany(f => f.Entries.Select(entry => Read(f.Shard, entry))).OfType<OutboxEntry>().ToList();
        await PublishAsync(read, cancellationToken);
        if (read.Select(r => r.ReportId).OfType<Guid>().ToList() is { Count: > 0 } reports)
            await store.SettleAsync(reports, cancellationToken);
        if (read.Select(r => r.DefinitionId).OfType<Guid>().Distinct().ToList() is { Count: > 0 } definitions)
            await store.SettleDefinitionsAsync(definitions, cancellationToken);
        await Task.WhenAll(found.Select(f => redis.BoundAsync(
            database => database.StreamDeleteAsync(BatchKeys.OutboxOf(f.Shard), [.. f.Entries.Select(e => e.Id)]), cancellationToken)));
        return [.. found.Where(f => f.Entries.Length == MaxTogether).Select(f => f.Shard)];

        async Task<(int Shard, StreamEntry[] Entries)> ReadAsync(int shard) => (
            shard,
            await redis.BoundAsync(database => database.StreamRangeAsync(BatchKeys.OutboxOf(shard), count: MaxTogether), cancellationToken));
    }

    private async Task PublishAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellationToken)
    {
        await stream.PublishAsync(BatchEvents.Topic, [.. entries.Select(e => e.Event)], cancellationToken);
        if (entries.Where(e => e.Event.BatchPhaseSkipped is not null).ToList() is not { Count: > 0 } skipped)
            return;
        await stream.PublishEnvelopesAsync(
            SeedEnvelope.SkippedTopic, [.. skipped.Select(s => new Envelope(s.Event.Id, SeedEnvelope.Skipped(s.Event)))], cancellationToken);
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
