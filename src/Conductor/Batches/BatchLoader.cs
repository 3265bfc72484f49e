using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Pylon.Conductor.Batches;

/// <summary>
/// Builds a batch in Redis again from PostgreSQL. Every report is durable before Redis is told of it, so whoever reads
/// PostgreSQL after having taken the key "loading" reads all that anybody wrote to Redis before; and nobody writes while
/// the batch is not loaded. The key goes with a server that restarts in between, and then the load does not count.
/// What was published is put in as it is; what was not goes through the ordinary change, which publishes it.
/// </summary>
internal sealed class BatchLoader(
    RedisCalls redis, BatchStore store, BatchWrites writes, IOptions<ConductorOptions> options, ConductorMetrics metrics, TimeProvider time, ILogger<BatchLoader> logger)
{
    private static readonly TimeSpan LoaderLives = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private readonly ConcurrentDictionary<string, Lazy<Task>> _loading = new(StringComparer.Ordinal);

    /// <summary>Runs an action that gives null while the batch is not in Redis, and puts it there when it is not.</summary>
    public async Task<T> WithAsync<T>(string batchId, Func<Task<T?>> act, CancellationToken cancellationToken)
        where T : class
    {
        var started = time.GetTimestamp();
        while (true)
        {
            if (await act() is { } result)
                return result;
            if (time.GetElapsedTime(started) > Patience)
                throw new TimeoutException($"Batch {batchId} could not be rebuilt in Redis within {Patience.TotalSeconds} s.");
            // Many callers of this process find out together; one of them works.
            var load = _loading.GetOrAdd(batchId, id => new Lazy<Task>(() => LoadOnceAsync(id)));
            await load.Value.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Makes the next who comes build it again.</summary>
    public Task InvalidateAsync(string batchId, CancellationToken cancellationToken) =>
        redis.BoundAsync(database => database.HashDeleteAsync(new BatchKeys(batchId).Meta, "run"), cancellationToken);

    private async Task LoadOnceAsync(string batchId)
    {
        try
        {
            await LoadAsync(batchId, CancellationToken.None);
        }
        finally
        {
            _loading.TryRemove(batchId, out _);
        }
    }

    private async Task LoadAsync(string batchId, CancellationToken cancellationToken)
    {
        var keys = new BatchKeys(batchId);
        var token = Guid.NewGuid().ToString();
        if (!await redis.BoundAsync(database => database.StringSetAsync(keys.Loading, token, LoaderLives, When.NotExists), cancellationToken))
        {
            // Another process is at it.
            await Task.Delay(FirstPause * (1 + (9 * Random.Shared.NextDouble())), time, cancellationToken);
            return;
        }

        var state = new BatchState();
        var kept = new List<KeptReport>();
        IReadOnlyList<PipelineDefinition> definitions = [];
        if (await store.ExpectedAsync(batchId, cancellationToken) is { } known)
        {
            state.Expected = known.Entities;
            kept = await store.OfBatchAsync(batchId, cancellationToken);
            definitions = await store.UnsettledDefinitionsAsync(batchId, cancellationToken);
            foreach (var report in kept.Where(k => k.Settled))
                state.Apply(report.Report);
            state.Revision += known.Definitions;
        }

        var loaded = await redis.BoundAsync(
            database => database.ScriptEvaluateAsync(BatchScripts.Load, [keys.Meta, keys.Items, keys.Loading], Arguments(token, state)), cancellationToken);
        if ((long)loaded == 0)
            return;
        var pending = kept.Where(k => !k.Settled).Select(k => k.Report).ToList();
        if (kept.Count > 0)
        {
            metrics.Rebuilt();
            logger.Rebuilt(batchId, kept.Count, pending.Count);
        }

        // Should one of these fail, Recovery comes to it.
        foreach (var definition in definitions)
            await writes.DefineAsync(keys, definition, cancellationToken);
        foreach (var together in pending.Chunk(256))
            await Task.WhenAll(together.Select(report => writes.ReportAsync(keys, report, cancellationToken)));
    }

    private RedisValue[] Arguments(string token, BatchState state)
    {
        List<RedisValue> meta = ["v", state.Revision, "x", state.Expected, "n", state.Entities.Count];
        foreach (var (phase, (completed, failed)) in state.Counts)
            meta.AddRange(["c:" + phase, completed, "f:" + phase, failed]);
        List<RedisValue> items = [];
        foreach (var ((phase, entity), mark) in state.Marks)
        {
            items.AddRange([$"{phase}/{entity}", $"{(mark.Succeeded ? 'S' : 'F')}:{mark.EventId}"]);
            if (entity.Length == 0)
                meta.AddRange(["b:" + phase, mark.Succeeded ? "S" : "F"]);
        }

        foreach (var entity in state.Entities)
            items.AddRange(["/" + entity, "1"]);
        return [token, (long)options.Value.StateTtl.TotalSeconds, meta.Count, .. meta, .. items];
    }
}
