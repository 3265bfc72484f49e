using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Circuits;
using Pylon.Conductor.Journals;
using Pylon.Conductor.Shared;
using StackExchange.Redis;

namespace Pylon.Conductor.State;

/// <summary>
/// Rebuilds a batch in Redis from PostgreSQL. Every report is durable before it is applied in Redis, so a loader that has
/// taken the key "loading" and then reads PostgreSQL reads everything that was applied before; and no writer applies
/// anything while the batch is not loaded. The key is gone when the server restarts in between, and then the load does
/// not count. Published reports are put in directly; the others go through the ordinary change, which publishes them.
/// </summary>
internal sealed class BatchLoader(
    RedisCalls redis, BatchStore store, BatchWrites writes, IOptions<ConductorOptions> options, ConductorMetrics metrics, TimeProvider time, ILogger<BatchLoader> logger)
{
    private static readonly TimeSpan LoaderLives = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly ConcurrentDictionary<string, Lazy<Task>> _loading = new(StringComparer.Ordinal);

    /// <summary>Runs an action that gives null while the batch is not in Redis; loads the batch and runs it again.</summary>
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
            // Many callers of this process need the batch at once; one of them loads it.
            var load = _loading.GetOrAdd(batchId, id => new Lazy<Task>(() => LoadOnceAsync(id)));
            await load.Value.WaitAsync(cancellationToken);
        }
    }

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
            // Another process loads it.
            await Task.Delay(Pause, time, cancellationToken);
            return;
        }

        var state = new BatchState();
        var (kept, pending) = (new List<KeptReport>(), new List<PhaseReport>());
        IReadOnlyList<Guid> published = [];
        IReadOnlyList<PipelineDefinition> definitions = [];
        if (await store.FindBatchAsync(batchId, cancellationToken) is { } known)
        {
            (state.Expected, published) = (known.Expected, known.Published);
            kept = await store.OfBatchAsync(batchId, cancellationToken);
            definitions = await store.UnsettledDefinitionsAsync(batchId, cancellationToken);
            var made = await ChangesMadeAsync(keys, cancellationToken);
            foreach (var report in kept)
            {
                if (report.Settled || made.Contains(report.Report.EventId.ToString()))
                    state.Apply(report.Report);
                else
                    pending.Add(report.Report);
            }

            state.Revision += published.Count;
        }

        var loaded = await redis.BoundAsync(
            database => database.ScriptEvaluateAsync(
                BatchScripts.Load, [keys.Meta, keys.Items, keys.Loading], Arguments(token, state, published)), cancellationToken);
        if ((long)loaded == 0)
            return;
        if (kept.Count > 0)
        {
            metrics.Rebuilt();
            logger.Rebuilt(batchId, kept.Count, pending.Count);
        }

        // What fails here is left to Recovery.
        foreach (var definition in definitions)
            await writes.DefineAsync(keys, definition, isLost: false, cancellationToken);
        foreach (var together in pending.Chunk(256))
            await Task.WhenAll(together.Select(report => writes.ReportAsync(keys, report, isLost: false, cancellationToken)));
    }

    /// <summary>
    /// The reports that made the changes which Redis still has from before its restart. It wrote each together with its
    /// event, so the event is published or in the outbox; were another report of the same outcome to make the change now,
    /// it would be published a second time under another id.
    /// </summary>
    private async Task<HashSet<string>> ChangesMadeAsync(BatchKeys keys, CancellationToken cancellationToken)
    {
        var marks = await redis.BoundAsync(database => database.HashValuesAsync(keys.Items), cancellationToken);
        return [.. marks.Select(mark => mark.ToString()).Where(mark => mark.Length > 2).Select(mark => mark[2..])];
    }

    private RedisValue[] Arguments(string token, BatchState state, IEnumerable<Guid> definitions)
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
        foreach (var definition in definitions)
            items.AddRange([$":{definition}", "1"]);
        return [token, (long)options.Value.StateTtl.TotalSeconds, meta.Count, .. meta, .. items];
    }
}
