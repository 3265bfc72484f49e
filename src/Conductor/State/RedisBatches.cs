using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Journals;
using Pylon.Conductor.Shared;
using Pylon.Messaging;
using Pylon.Postgres;
using StackExchange.Redis;
using Order = Pylon.Conductor.Batches.Order;

namespace Pylon.Conductor.State;

/// <summary>
/// Batches with their current state in Redis and a durable copy in PostgreSQL. A report is written to PostgreSQL first,
/// then applied in Redis together with its event, then answered; so whatever was answered is in both, and Redis can be
/// rebuilt from PostgreSQL.
/// </summary>
internal sealed class RedisBatches(
    SharedCalls calls, BatchStore store, Journal journal, BatchLoader loader, OutboxSignal signal, Changes<string> changes, IOptions<ConductorOptions> options, TimeProvider time) : IBatches
{
    // Every call may be repeated, so a connection that breaks for a moment is not the caller's problem.
    private readonly ResiliencePipeline _retries = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = 3,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(100),
            ShouldHandle = new PredicateBuilder().Handle<Exception>(e => RedisFailure.Is(e) || e is BrokenCircuitException),
        })
        .Build();

    public async Task<BatchSnapshot?> FindAsync(string batchId, CancellationToken cancellationToken)
    {
        var keys = new BatchKeys(batchId);
        if (await ReadAsync() is { } found)
            return found;
        // A batch that is not kept is not loaded: reading it must leave nothing behind.
        return await IsKnownAsync(batchId, cancellationToken)
            ? await RepeatAsync(token => loader.WithAsync(batchId, ReadAsync, token), cancellationToken)
            : null;

        async Task<BatchSnapshot?> ReadAsync()
        {
            var answer = await calls.RunAsync(BatchCall.Read(keys), cancellationToken);
            return BatchCall.IsDone(answer) ? Snapshot(batchId, (RedisResult[])answer[1]!) : null;
        }
    }

    public async Task<bool> IsKnownAsync(string batchId, CancellationToken cancellationToken) =>
        await store.FindBatchAsync(batchId, cancellationToken) is not null;

    public async Task<ReportOutcome> ReportAsync(PhaseReport report, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var (kept, isNew) = await journal.WriteAsync(report, cancellationToken);
        var applied = await ApplyAsync(kept, began, isLost: false, cancellationToken);
        if (isNew && applied.Maker != kept.EventId)
            journal.Settle(new IdleReport(kept.EventId, applied.Maker));
        // An attempt whose answer was lost, or a loader, may have applied it before: this report made the change.
        var changed = applied.Changed || (isNew && applied.Maker == kept.EventId);
        if (changed)
            Notify(kept.BatchId);
        if (applied.Progress.IsComplete)
            changes.Signal(Order.Ready);
        return new ReportOutcome(changed, applied.Progress);
    }

    /// <summary>Applies a report that is durable.</summary>
    public Task<Applied> ApplyAsync(PhaseReport report, CancellationToken cancellationToken, bool isLost = false) =>
        ApplyAsync(report, null, isLost, cancellationToken);

    public async Task<PipelineDefinition> DefineAsync(PipelineDefinition definition, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var kept = await journal.WriteAsync(definition, cancellationToken);
        // The first definition of its id may have had an earlier order.
        await ApplyAsync(kept with { Order = definition.Order }, began, isLost: false, cancellationToken);
        Notify(kept.BatchId);
        if (definition.Order is not null)
            changes.Signal(Order.Ready);
        return kept;
    }

    /// <summary>Applies a definition that is durable.</summary>
    public Task ApplyAsync(PipelineDefinition definition, CancellationToken cancellationToken, bool isLost = false) =>
        ApplyAsync(definition, null, isLost, cancellationToken);

    public async Task<IReadOnlyList<PipelineDefinition>> DefinitionsAsync(string batchId, int max, CancellationToken cancellationToken) =>
        await store.DefinitionsAsync(batchId, max, cancellationToken);

    public async Task<IReadOnlyList<string>> ListAsync(Tenant tenant, string? after, int max, CancellationToken cancellationToken) =>
        await store.ListAsync(tenant, after, max, cancellationToken);

    private Task<Applied> ApplyAsync(PhaseReport report, long? began, bool isLost, CancellationToken cancellationToken)
    {
        var keys = new BatchKeys(report.BatchId);
        return RepeatAsync(
            token => loader.WithAsync(
                report.BatchId,
                async () => BatchCall.ToApplied(await calls.RunAsync(BatchCall.Report(keys, report, TimeToLive(began), isLost), token), report.Phase),
                token),
            cancellationToken);
    }

    private Task<PipelineDefinition> ApplyAsync(PipelineDefinition definition, long? began, bool isLost, CancellationToken cancellationToken)
    {
        var keys = new BatchKeys(definition.BatchId);
        return RepeatAsync(
            token => loader.WithAsync(
                definition.BatchId,
                async () => BatchCall.IsDone(await calls.RunAsync(BatchCall.Define(keys, definition, TimeToLive(began), isLost), token)) ? definition : null,
                token),
            cancellationToken);
    }

    // A batch must not be in Redis any longer than in PostgreSQL, whose time began after this call did: what is reported
    // after the end would begin anew in one of them only.
    private TimeSpan? TimeToLive(long? began) => began is { } at ? options.Value.StateTtl - time.GetElapsedTime(at) : null;

    private void Notify(string batchId)
    {
        signal.Set(new BatchKeys(batchId).Shard);
        changes.Signal(batchId);
    }

    private async Task<T> RepeatAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        await _retries.ExecuteAsync(async token => await call(token), cancellationToken);

    private static BatchSnapshot Snapshot(string batchId, RedisResult[] meta)
    {
        var fields = meta.Chunk(2).ToDictionary(p => p[0].ToString(), p => p[1], StringComparer.Ordinal);
        var total = Math.Max(Number("x"), Number("n"));
        var phases = fields.Keys.Where(k => k.Length > 2 && k[1] == ':').Select(k => k[2..]).Distinct(StringComparer.Ordinal)
            .ToDictionary(
                p => p,
                p => new Progress(
                    p, Number("c:" + p), Number("f:" + p), total, Text("b:" + p) is "S" ? true : Text("b:" + p) is "F" && Number("r:" + p) >= Number("o") ? false : null)
                {
                    Work = BatchCall.Work(Text("e:" + p), Text("k:" + p), Text("s:" + p), Text("l:" + p)),
                },
                StringComparer.Ordinal);
        return new BatchSnapshot(batchId, Number("v"), total, phases);

        string Text(string field) => fields.TryGetValue(field, out var value) ? value.ToString() : "";

        long Number(string field) => fields.TryGetValue(field, out var value) ? (long)value : 0;
    }
}
