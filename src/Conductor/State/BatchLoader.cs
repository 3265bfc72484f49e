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
/// anything while the batch is not loaded. The items are brought in pieces beside the batch and become the batch in one
/// step, only when all of them are there and the server was not restarted meanwhile. Published reports are put in directly; the others go through the ordinary change, which publishes them; only then
/// does anybody but the loader see the batch.
/// </summary>
internal sealed class BatchLoader(
    RedisCalls redis, BatchStore store, IOptions<ConductorOptions> options, ConductorMetrics metrics, TimeProvider time, ILogger<BatchLoader> logger)
{
    // A piece keeps Redis from others for a few milliseconds at most; Lua passes no more than 8000 values on.
    private const int ItemsTogether = 1000;
    private const int PendingTogether = 100;

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
        var run = (string?)await EvaluateAsync(BatchScripts.Begin, [keys.Loading, keys.Staged], [token, Milliseconds(LoaderLives)], cancellationToken);
        if (run is null)
        {
            // Another process loads it.
            await Task.Delay(Pause, time, cancellationToken);
            return;
        }

        var began = time.GetTimestamp();
        var left = options.Value.StateTtl;
        var state = new BatchState();
        string? traceparent = null;
        var (kept, pending) = (new List<KeptReport>(), new List<PhaseReport>());
        IReadOnlyList<Guid> published = [];
        IReadOnlyList<PipelineDefinition> definitions = [];
        if (await store.FindBatchAsync(batchId, cancellationToken) is { } known)
        {
            (state.Expected, published, left, traceparent) = (known.Expected, known.Published, known.Left, known.Traceparent);
            kept = await store.OfBatchAsync(batchId, cancellationToken);
            definitions = await store.UnsettledDefinitionsAsync(batchId, cancellationToken);
            var made = kept.All(report => report.Settled) ? [] : await ChangesMadeAsync(keys, cancellationToken);
            foreach (var report in kept)
            {
                if (report.Settled || made.Contains(report.Report.EventId.ToString()))
                    state.Apply(report.Report);
                else
                    pending.Add(report.Report);
            }

            // Each report was applied under its own order.
            state.Order = known.Order;
            state.Revision += published.Count;
        }

        var items = Items(state, published);
        foreach (var piece in items.Chunk(ItemsTogether))
        {
            RedisValue[] values = [token, Milliseconds(LoaderLives), .. piece.SelectMany(item => new RedisValue[] { item.Key, item.Value })];
            if ((long)await EvaluateAsync(BatchScripts.Stage, [keys.Loading, keys.Staged], values, cancellationToken) == 0)
                return;
        }

        // At least a moment: it is loaded for somebody who is about to change it.
        var ttl = Math.Max(Milliseconds(left - time.GetElapsedTime(began)), 1);
        RedisValue[] meta = [token, run, ttl, items.Count, .. Meta(state), .. traceparent is null ? (RedisValue[])[] : ["t", traceparent]];
        if ((long)await EvaluateAsync(BatchScripts.Load, [keys.Meta, keys.Items, keys.Loading, keys.Staged], meta, cancellationToken) == 0)
            return;
        var changes = definitions.Select(definition => BatchCall.Define(keys, definition, timeToLive: null, isLost: false))
            .Concat(pending.Select(report => BatchCall.Report(keys, report, timeToLive: null, isLost: false)));
        foreach (var together in changes.Chunk(PendingTogether))
        {
            await redis.BoundAsync(database => BatchCall.RunAsync(database, together, keys.Loading), cancellationToken);
            await redis.BoundAsync(database => database.KeyExpireAsync(keys.Loading, LoaderLives), cancellationToken);
        }

        if ((long)await EvaluateAsync(BatchScripts.Finish, [keys.Meta, keys.Loading], [token, run], cancellationToken) == 0 || kept.Count == 0)
            return;
        metrics.Rebuilt();
        logger.Rebuilt(batchId, kept.Count, pending.Count);
    }

    /// <summary>
    /// The reports that made the changes which Redis still has from before its restart. It wrote each together with its
    /// event, so the event is published or in the outbox; were another report of the same outcome to make the change now,
    /// it would be published a second time under another id. Nobody changes them meanwhile.
    /// </summary>
    private async Task<HashSet<string>> ChangesMadeAsync(BatchKeys keys, CancellationToken cancellationToken)
    {
        var made = new HashSet<string>(StringComparer.Ordinal);
        var cursor = "0";
        do
        {
            var page = (RedisResult[])(await redis.BoundAsync(
                database => database.ExecuteAsync("HSCAN", keys.Items, cursor, "COUNT", ItemsTogether), cancellationToken))!;
            cursor = page[0].ToString();
            made.UnionWith(((RedisValue[])page[1]!).Where((_, i) => i % 2 == 1).Select(mark => mark.ToString()).Where(mark => mark.Length > 2).Select(mark => mark[2..]));
        }
        while (cursor != "0");
        return made;
    }

    private Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken) =>
        redis.BoundAsync(database => database.ScriptEvaluateAsync(script, keys, values), cancellationToken);

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private static List<RedisValue> Meta(BatchState state)
    {
        List<RedisValue> meta = ["v", state.Revision, "x", state.Expected, "n", state.Entities.Count, "o", state.Order];
        foreach (var (phase, (completed, failed)) in state.Counts)
            meta.AddRange(["c:" + phase, completed, "f:" + phase, failed]);
        foreach (var (phase, work) in state.Work)
        {
            if (work.MicroKwh is { } energy)
                meta.AddRange(["e:" + phase, energy, "k:" + phase, work.Reports]);
            if (work.StartedAt is { } first)
                meta.AddRange(["s:" + phase, first.ToUnixTimeMilliseconds()]);
            if (work.EndedAt is { } last)
                meta.AddRange(["l:" + phase, last.ToUnixTimeMilliseconds()]);
        }

        foreach (var ((phase, _), mark) in state.Marks.Where(mark => mark.Key.Entity.Length == 0))
            meta.AddRange(["b:" + phase, mark.Succeeded ? "S" : "F", "r:" + phase, mark.Revision]);
        return meta;
    }

    private static Dictionary<string, string> Items(BatchState state, IEnumerable<Guid> definitions)
    {
        var items = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var ((phase, entity), mark) in state.Marks)
            items[$"{phase}/{entity}"] = $"{(mark.Succeeded ? 'S' : 'F')}:{mark.EventId}";
        foreach (var entity in state.Entities)
            items["/" + entity] = "1";
        foreach (var definition in definitions)
            items[$":{definition}"] = "1";
        return items;
    }
}
