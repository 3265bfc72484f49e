using Polly.CircuitBreaker;
using Pylon.Messaging;
using StackExchange.Redis;

namespace Pylon.Conductor.Batches;

/// <summary>
/// Batches with Redis for the truth of the moment and PostgreSQL for the one that lasts. A report is written to
/// PostgreSQL first, then applied in Redis together with its event, then answered; so whatever was answered is in both,
/// and Redis can be built again from the other.
/// </summary>
internal sealed class RedisBatches(
    RedisCalls redis, BatchStore store, Journal journal, BatchWrites writes, BatchLoader loader, OutboxRelay relay, Changes changes, TimeProvider time) : IBatches
{
    private const int Attempts = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task<BatchSnapshot?> FindAsync(string batchId, CancellationToken cancellationToken)
    {
        var keys = new BatchKeys(batchId);
        if (await ReadAsync() is { } found)
            return found;
        // Only what there is, is loaded: asking for what is not leaves nothing behind.
        return await store.ExpectedAsync(batchId, cancellationToken) is null
            ? null
            : await RepeatAsync(() => loader.WithAsync(batchId, ReadAsync, cancellationToken), cancellationToken);

        async Task<BatchSnapshot?> ReadAsync()
        {
            var answer = await redis.ScriptAsync(BatchScripts.Read, [keys.Meta], [], cancellationToken);
            return answer[0].ToString() == "ok" ? Snapshot(batchId, (RedisResult[])answer[1]!) : null;
        }
    }

    public async Task<ReportOutcome> ReportAsync(PhaseReport report, CancellationToken cancellationToken)
    {
        var (kept, isNew) = await journal.WriteAsync(report, cancellationToken);
        var applied = await ApplyAsync(kept, cancellationToken);
        if (isNew && !applied.Changed && !applied.IsSame)
            journal.Settle(kept.EventId);
        // Applied by an attempt whose answer was lost, or by a loader that came first: it was this report all the same.
        var changed = applied.Changed || (isNew && applied.IsSame);
        if (changed)
            Tell(kept.BatchId);
        return new ReportOutcome(changed, applied.Progress);
    }

    /// <summary>Applies a report that is durable.</summary>
    public Task<Applied> ApplyAsync(PhaseReport report, CancellationToken cancellationToken, bool isLost = false)
    {
        var keys = new BatchKeys(report.BatchId);
        return RepeatAsync(
            () => loader.WithAsync(report.BatchId, () => writes.ReportAsync(keys, report, isLost, cancellationToken), cancellationToken), cancellationToken);
    }

    public async Task<PipelineDefinition> DefineAsync(PipelineDefinition definition, CancellationToken cancellationToken)
    {
        var kept = await journal.WriteAsync(definition, cancellationToken);
        await ApplyAsync(kept, cancellationToken);
        Tell(kept.BatchId);
        return kept;
    }

    /// <summary>Applies a definition that is durable.</summary>
    public Task ApplyAsync(PipelineDefinition definition, CancellationToken cancellationToken, bool isLost = false)
    {
        var keys = new BatchKeys(definition.BatchId);
        return RepeatAsync(
            () => loader.WithAsync(
                definition.BatchId,
                async () => await writes.DefineAsync(keys, definition, isLost, cancellationToken) ? definition : null,
                cancellationToken),
            cancellationToken);
    }

    public async Task<IReadOnlyList<PipelineDefinition>> DefinitionsAsync(string batchId, int max, CancellationToken cancellationToken) =>
        await store.DefinitionsAsync(batchId, max, cancellationToken);

    public async Task<IReadOnlyList<string>> ListAsync(string? after, int max, CancellationToken cancellationToken) =>
        await store.ListAsync(after, max, cancellationToken);

    private void Tell(string batchId)
    {
        relay.Ring(new BatchKeys(batchId).Shard);
        changes.Tell(batchId);
    }

    // Every call may be repeated, so a connection that breaks for a moment need not be the caller's trouble.
    private async Task<T> RepeatAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (attempt < Attempts && (RedisFailure.Is(e) || e is BrokenCircuitException))
            {
                await Task.Delay(Pause * Math.Pow(2, attempt) * (0.5 + Random.Shared.NextDouble()), time, cancellationToken);
            }
        }
    }

    private static BatchSnapshot Snapshot(string batchId, RedisResult[] meta)
    {
        var fields = meta.Chunk(2).ToDictionary(p => p[0].ToString(), p => p[1], StringComparer.Ordinal);
        var total = Math.Max(Number("x"), Number("n"));
        var phases = fields.Keys.Where(k => k.Length > 2 && k[1] == ':').Select(k => k[2..]).Distinct(StringComparer.Ordinal)
            .ToDictionary(
                p => p,
                p => new Progress(
                    p, Number("c:" + p), Number("f:" + p), total, fields.TryGetValue("b:" + p, out var whole) ? whole.ToString() == "S" : null),
                StringComparer.Ordinal);
        return new BatchSnapshot(batchId, Number("v"), total, phases);

        long Number(string field) => fields.TryGetValue(field, out var value) ? (long)value : 0;
    }
}
