using Polly;
using Polly.Retry;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Circuits;
using Pylon.Conductor.Journals;
using Pylon.Conductor.State;
using Pylon.Messaging;
using StackExchange.Redis;

namespace Pylon.Conductor.Relay;

/// <summary>
/// Publishes the events of the shards' outboxes as those of the operators of their batches, those of skipped phases also on the BCS
/// topic <c>batch.phase.skipped</c>; then marks in PostgreSQL that they are published; then removes them. When it dies in between, another relay publishes
/// them again, and the stream recognises their ids. Any number of instances may run: each publishes from the front, so
/// the order stays.
/// </summary>
internal sealed class OutboxRelay : BackgroundService
{
    private const int MaxTogether = 200;

    // Under load events gather so long between two passes, because a pass costs the same for one as for a hundred. The
    // first one after a silence does not wait.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly IReadOnlyList<int> All = [.. Enumerable.Range(0, BatchKeys.Shards)];

    /// <summary>KEYS: the outboxes. Gives the places in the list, from 0, of those that have an entry.</summary>
    private const string Filled =
        """
        local found = {}
        for i, outbox in ipairs(KEYS) do
            if redis.call('XLEN', outbox) > 0 then found[#found + 1] = i - 1 end
        end
        return found
        """;

    private readonly RedisCalls _redis;
    private readonly OutboxSignal _signal;
    private readonly IEventStream _stream;
    private readonly BatchStore _store;
    private readonly OwnerStore _owners;
    private readonly TimeProvider _time;
    private readonly ILogger<OutboxRelay> _logger;
    private readonly ResiliencePipeline _untilPublished;
    private bool _interrupted;

    public OutboxRelay(RedisCalls redis, OutboxSignal signal, IEventStream stream, BatchStore store, OwnerStore owners, TimeProvider time, ILogger<OutboxRelay> logger)
    {
        (_redis, _signal, _stream, _store, _owners, _time, _logger) = (redis, signal, stream, store, owners, time, logger);
        _untilPublished = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(50),
                MaxDelay = TimeSpan.FromSeconds(2),
                ShouldHandle = new PredicateBuilder().Handle<Exception>(),
                OnRetry = retry =>
                {
                    if (!_interrupted)
                        logger.RelayInterrupted(retry.Outcome.Exception!);
                    _interrupted = true;
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    /// <summary>Publishes everything that is there now.</summary>
    public async Task DrainAsync(IReadOnlyCollection<int> shards, CancellationToken cancellationToken)
    {
        while (shards.Count > 0)
            shards = await TakeAsync(shards, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (polled, shards) = (_time.GetTimestamp(), All);
        while (!stoppingToken.IsCancellationRequested)
        {
            var began = _time.GetTimestamp();
            await _untilPublished.ExecuteAsync(async token => await DrainAsync(shards == All ? await FilledAsync(token) : shards, token), stoppingToken);
            if (_interrupted)
                _logger.RelayRestored();
            _interrupted = false;

            if (shards.Count > 0 && shards != All && Gathering - _time.GetElapsedTime(began) is var rest && rest > TimeSpan.Zero)
                await Task.Delay(rest, _time, stoppingToken);
            var left = Poll - _time.GetElapsedTime(polled);
            if (left > TimeSpan.Zero)
                await _signal.WaitAsync(left, stoppingToken);
            shards = _signal.Take();
            if (_time.GetElapsedTime(polled) < Poll)
                continue;
            // Those that other instances wrote to, or that nobody signalled.
            (polled, shards) = (_time.GetTimestamp(), All);
        }
    }

    // At rest one call instead of one for each shard.
    private async Task<IReadOnlyCollection<int>> FilledAsync(CancellationToken cancellationToken)
    {
        if (_redis.IsCluster)
            return All;
        var found = await _redis.BoundAsync(database => database.ScriptEvaluateAsync(Filled, [.. All.Select(BatchKeys.OutboxOf)]), cancellationToken);
        return (int[])found!;
    }

    /// <summary>Publishes what is in front; gives the shards that may have more.</summary>
    private async Task<IReadOnlyCollection<int>> TakeAsync(IReadOnlyCollection<int> shards, CancellationToken cancellationToken)
    {
        var found = (await Task.WhenAll(shards.Select(ReadAsync))).Where(f => f.Entries.Length > 0).ToList();
        if (found.Count == 0)
            return [];
        var read = found.SelectMany(f => f.Entries.Select(entry => Read(f.Shard, entry))).OfType<OutboxEntry>().ToList();
        await PublishAsync(read, cancellationToken);
        if (read.Select(r => r.ReportId).OfType<Guid>().ToList() is { Count: > 0 } reports)
            await _store.SettleAsync(reports, cancellationToken);
        if (read.Select(r => r.DefinitionId).OfType<Guid>().Distinct().ToList() is { Count: > 0 } definitions)
            await _store.SettleDefinitionsAsync(definitions, cancellationToken);
        await Task.WhenAll(found.Select(f => _redis.BoundAsync(
            database => database.StreamDeleteAsync(BatchKeys.OutboxOf(f.Shard), [.. f.Entries.Select(e => e.Id)]), cancellationToken)));
        return [.. found.Where(f => f.Entries.Length == MaxTogether).Select(f => f.Shard)];

        async Task<(int Shard, StreamEntry[] Entries)> ReadAsync(int shard) => (
            shard,
            await _redis.BoundAsync(database => database.StreamRangeAsync(BatchKeys.OutboxOf(shard), count: MaxTogether), cancellationToken));
    }

    private async Task PublishAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellationToken)
    {
        // A batch is claimed before anything of it is kept, and its operator stays.
        var operators = await _owners.OperatorsAsync([.. entries.Select(e => e.Event.Subject).Distinct(StringComparer.Ordinal)], cancellationToken);
        foreach (var entry in entries)
            entry.Event.OperatorId = operators.TryGetValue(entry.Event.Subject, out var operatorId) ? operatorId.ToString() : "";
        await _stream.PublishAsync(BatchEvents.Topic, [.. entries.Select(e => e.Event)], cancellationToken);
        if (entries.Where(e => e.Event.BatchPhaseSkipped is not null).ToList() is not { Count: > 0 } skipped)
            return;
        await _stream.PublishEnvelopesAsync(
            HuleEduEnvelope.SkippedTopic, [.. skipped.Select(s => new Envelope(s.Event.Id, HuleEduEnvelope.Skipped(s.Event), s.Event.Subject))], cancellationToken);
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
            _logger.OutboxEntryUnreadable(e, entry.Id.ToString(), shard);
            return null;
        }
    }
}
