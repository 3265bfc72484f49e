using Google.Protobuf;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Pylon.Conductor.Batches;

/// <summary>
/// A change as WATCH/MULTI/EXEC: read, then write on condition that nothing of what was read has changed. A refused
/// transaction is no proof of another writer (a lost connection looks the same), so it is only ever tried again; after
/// all attempts the change is made by the script, counted and logged. Whoever is slower than the script finds that
/// revision and item are not what it read.
/// </summary>
internal sealed class TransactedWrites(
    RedisCalls redis,
    ScriptedWrites script,
    TransactionConnections connections,
    IOptions<ConductorOptions> options,
    ConductorMetrics metrics,
    TimeProvider time,
    ILogger<TransactedWrites> logger) : IBatchWrites
{
    public async Task<Applied?> ReportAsync(BatchKeys keys, PhaseReport report, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var database = connections.Next();
            if (await SeenAsync(database, keys, report, cancellationToken) is not { } seen)
                return null;
            if (!BatchState.Advances(seen.Was, report.Succeeded))
                return new Applied(Changed: false, seen.Item == Mark(report), seen.Progress(report.Phase));
            var after = seen.After(report);
            if (await CommitAsync(database, keys, report, seen, after, cancellationToken))
                return new Applied(Changed: true, IsSame: false, after);
            metrics.Conflict();
            if (attempt == options.Value.MaxAttempts)
            {
                FellBack(report.BatchId, attempt);
                return await script.ReportAsync(keys, report, cancellationToken);
            }

            await PauseAsync(attempt, cancellationToken);
        }
    }

    public async Task<bool> DefineAsync(BatchKeys keys, PipelineDefinition definition, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var database = connections.Next();
            var run = redis.BoundAsync(() => database.ScriptEvaluateAsync(BatchScripts.Run, [keys.Meta]), cancellationToken);
            var meta = await redis.BoundAsync(() => database.HashGetAsync(keys.Meta, ["run", "x"]), cancellationToken);
            if (meta[0].IsNull || meta[0] != (string?)await run)
                return false;
            var transaction = database.CreateTransaction();
            transaction.AddCondition(Condition.HashEqual(keys.Meta, "run", meta[0]));
            transaction.AddCondition(Condition.HashNotExists(keys.Items, $":{definition.Id}"));
            transaction.AddCondition(Same(keys.Meta, "x", meta[1]));
            _ = transaction.HashSetAsync(keys.Items, $":{definition.Id}", "1");
            _ = transaction.HashIncrementAsync(keys.Meta, "v");
            if (definition.TotalEntities > (long?)meta[1].NullToZero())
                _ = transaction.HashSetAsync(keys.Meta, "x", definition.TotalEntities);
            foreach (var each in BatchEvents.Defined(definition))
                _ = transaction.StreamAddAsync(keys.Outbox, [new("definition", definition.Id.ToString()), new("event", each.ToByteArray())]);
            Expire(transaction, keys);
            if (await redis.BoundAsync(() => transaction.ExecuteAsync(), cancellationToken))
                return true;
            if (await redis.BoundAsync(() => database.HashExistsAsync(keys.Items, $":{definition.Id}"), cancellationToken))
                return true;
            metrics.Conflict();
            if (attempt == options.Value.MaxAttempts)
            {
                FellBack(definition.BatchId, attempt);
                return await script.DefineAsync(keys, definition, cancellationToken);
            }

            await PauseAsync(attempt, cancellationToken);
        }
    }

    private async Task<Seen?> SeenAsync(IDatabase database, BatchKeys keys, PhaseReport report, CancellationToken cancellationToken)
    {
        var run = redis.BoundAsync(() => database.ScriptEvaluateAsync(BatchScripts.Run, [keys.Meta]), cancellationToken);
        var items = redis.BoundAsync(() => database.HashGetAsync(keys.Items, [Item(report), $"/{report.EntityId}"]), cancellationToken);
        var meta = await redis.BoundAsync(
            () => database.HashGetAsync(keys.Meta, ["run", "v", "x", "n", $"c:{report.Phase}", $"f:{report.Phase}", $"b:{report.Phase}"]), cancellationToken);
        var found = await items;
        return meta[0].IsNull || meta[0] != (string?)await run
            ? null
            : new Seen(meta[0], meta[1], found[0], !found[1].IsNull, meta[2].NullToZero(), meta[3].NullToZero(), meta[4].NullToZero(), meta[5].NullToZero(), meta[6]);
    }

    private async Task<bool> CommitAsync(
        IDatabase database, BatchKeys keys, PhaseReport report, Seen seen, Progress after, CancellationToken cancellationToken)
    {
        var transaction = database.CreateTransaction();
        transaction.AddCondition(Condition.HashEqual(keys.Meta, "run", seen.Run));
        transaction.AddCondition(Same(keys.Meta, "v", seen.Revision));
        transaction.AddCondition(Same(keys.Items, Item(report), seen.Item));
        _ = transaction.HashSetAsync(keys.Items, Item(report), Mark(report));
        _ = transaction.HashIncrementAsync(keys.Meta, "v");
        if (report.EntityId.Length == 0)
        {
            _ = transaction.HashSetAsync(keys.Meta, $"b:{report.Phase}", report.Succeeded ? "S" : "F");
        }
        else
        {
            if (!seen.IsKnown)
            {
                _ = transaction.HashSetAsync(keys.Items, $"/{report.EntityId}", "1");
                _ = transaction.HashIncrementAsync(keys.Meta, "n");
            }

            _ = transaction.HashIncrementAsync(keys.Meta, $"c:{report.Phase}", after.Completed - seen.Completed);
            _ = transaction.HashIncrementAsync(keys.Meta, $"f:{report.Phase}", after.Failed - seen.Failed);
        }

        _ = transaction.StreamAddAsync(keys.Outbox, OutboxEntry.Of(report, after));
        Expire(transaction, keys);
        return await redis.BoundAsync(() => transaction.ExecuteAsync(), cancellationToken);
    }

    private void FellBack(string batchId, int attempts)
    {
        metrics.Fallback();
        logger.FellBack(batchId, attempts);
    }

    private void Expire(ITransaction transaction, BatchKeys keys)
    {
        _ = transaction.KeyExpireAsync(keys.Meta, options.Value.StateTtl);
        _ = transaction.KeyExpireAsync(keys.Items, options.Value.StateTtl);
    }

    private Task PauseAsync(int attempt, CancellationToken cancellationToken)
    {
        var longest = options.Value.ConflictPause * Math.Pow(2, attempt - 1);
        return Task.Delay(longest * (0.5 + (Random.Shared.NextDouble() / 2)), time, cancellationToken);
    }

    private static Condition Same(RedisKey key, string field, RedisValue value) =>
        value.IsNull ? Condition.HashNotExists(key, field) : Condition.HashEqual(key, field, value);

    private static string Item(PhaseReport report) => $"{report.Phase}/{report.EntityId}";

    private static string Mark(PhaseReport report) => $"{(report.Succeeded ? 'S' : 'F')}:{report.EventId}";

    private sealed record Seen(
        RedisValue Run, RedisValue Revision, RedisValue Item, bool IsKnown, long Expected, long Known, long Completed, long Failed, RedisValue Whole)
    {
        public bool? Was => Item.IsNull ? null : Item.ToString()[0] == 'S';

        public Progress Progress(string phase) =>
            new(phase, Completed, Failed, Math.Max(Expected, Known), Whole.IsNull ? null : Whole == "S");

        public Progress After(PhaseReport report)
        {
            if (report.EntityId.Length == 0)
                return Progress(report.Phase) with { Whole = report.Succeeded };
            return new Progress(
                report.Phase,
                Completed + (report.Succeeded ? 1 : 0),
                Failed + (report.Succeeded ? Was is false ? -1 : 0 : 1),
                Math.Max(Expected, Known + (IsKnown ? 0 : 1)),
                Whole.IsNull ? null : Whole == "S");
        }
    }
}

file static class Values
{
    public static long NullToZero(this RedisValue value) => value.IsNull ? 0 : (long)value;
}
