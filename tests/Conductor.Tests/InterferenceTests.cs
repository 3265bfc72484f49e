using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Conductor.Batches;
using Pylon.Testing;
using StackExchange.Redis;

namespace Pylon.Conductor.Tests;

/// <summary>Another writer comes between what a transaction reads and what it writes, every time, and it has one attempt.</summary>
public sealed class InterferenceTests : IAsyncLifetime
{
    private ConductorDatabase _database = null!;
    private ConductorService _service = null!;

    public async Task InitializeAsync()
    {
        _database = await ConductorDatabase.CreateAsync();
        var redis = await TestRedis.CreateAsync();
        _service = await ConductorService.StartOnAsync(
            _database.Database.Uri, redis.ConnectionString, "--Conductor:StatePath=Transaction", "--Conductor:MaxAttempts=1");
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>
    /// Everything that can have been before, times everything that can come between, times everything that is being
    /// made: the answer, the counts and the events are those of one after the other.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AChangeThatComesBetweenIsCountedOnce(bool otherFallsBackToo)
    {
        PhaseReport?[] before = [null, Report("e1", succeeded: false), Report("e1", succeeded: true), Report("", succeeded: false)];
        PhaseReport[] changes = [.. from phase in (string[])["train", "prepare"] from entity in (string[])["", "e1", "e2"] from ok in (bool[])[false, true] select Report(entity, ok, phase)];
        var histories = (from b in before from o in changes from m in changes.Where(m => m.Phase == "train") select (b, o, m)).ToList();
        await Parallel.ForEachAsync(histories.Index(), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (history, _) =>
        {
            var (was, other, mine) = history.Item;
            await InterruptAsync($"b{history.Index}", was, other, mine, otherFallsBackToo);
        });

        var events = (await _service.EventsAsync()).Select(e => e.BatchPhaseProgressed).ToList();
        foreach (var batch in events.GroupBy(e => e.BatchId))
            Assert.Equal((await _service.Batches.FindAsync(batch.Key, default))!.Revision, batch.Count());
        var metrics = await _service.Http.GetStringAsync("/metrics");
        Assert.Matches("""(?m)^bcs_state_fallbacks_total[^\n]* [1-9]""", metrics);
    }

    [Fact]
    public async Task ADefinitionThatIsInterruptedIsPublishedOnce()
    {
        await _service.Batches.ReportAsync(On("b", Report("e0", succeeded: true)), default);
        var keys = new BatchKeys("b");
        var definition = new PipelineDefinition(
            PipelineDefinition.IdOf("b", "p", "c"), "b", new("p", [new("train", Pipelines.Decision.SkipCompleted, "already_completed")]), "c", 7, DateTimeOffset.UnixEpoch);
        var writes = Refused(keys);
        Assert.True(await writes.DefineAsync(keys, definition, default));
        Assert.True(await writes.DefineAsync(keys, definition, default));
        Assert.Equal(7, (await _service.Batches.FindAsync("b", default))!.Total);
        Assert.Equal(["train"], (await _service.EventsAsync()).Select(e => e.BatchPhaseSkipped?.PhaseName).OfType<string>());
    }

    private async Task InterruptAsync(string batch, PhaseReport? was, PhaseReport other, PhaseReport mine, bool otherFallsBackToo)
    {
        var model = new BatchState();
        foreach (var report in new[] { Report("e0", succeeded: true), was }.OfType<PhaseReport>())
        {
            await _service.Batches.ReportAsync(On(batch, report), default);
            model.Apply(report);
        }

        var keys = new BatchKeys(batch);
        var (between, made) = (On(batch, other), On(batch, mine));
        var writes = Interrupted(_ =>
        {
            model.Apply(between);
            var writer = otherFallsBackToo ? Refused(keys) : _service.Services.GetRequiredService<IBatchWrites>();
            return writer.ReportAsync(keys, between, default);
        });
        var applied = (await writes.ReportAsync(keys, made, default))!;
        // What changes nothing needs no transaction, and nobody comes before it.
        Assert.Equal(model.Apply(made), new ReportOutcome(applied.Changed, applied.Progress));

        var (expected, found) = (model.Snapshot(batch), (await _service.Batches.FindAsync(batch, default))!);
        Assert.Equal((expected.Revision, expected.Total), (found.Revision, found.Total));
        Assert.Equal(expected.Phases.Values.OrderBy(p => p.Phase), found.Phases.Values.OrderBy(p => p.Phase));
    }

    /// <summary>A writer that another comes before, each time that it begins a transaction.</summary>
    private TransactedWrites Interrupted(Func<ITransaction, Task> between) =>
        ActivatorUtilities.CreateInstance<TransactedWrites>(_service.Services, new Interrupting(_service.Services.GetRequiredService<IConnectionMultiplexer>(), between));

    /// <summary>A writer whose every transaction is refused.</summary>
    private TransactedWrites Refused(BatchKeys keys) => Interrupted(transaction =>
    {
        transaction.AddCondition(Condition.KeyNotExists(keys.Meta));
        return Task.CompletedTask;
    });

    private static PhaseReport Report(string entity, bool succeeded, string phase = "train") =>
        new(Guid.NewGuid(), "", phase, entity, succeeded, "", "correlation", DateTimeOffset.UnixEpoch);

    private static PhaseReport On(string batch, PhaseReport report) => report with { EventId = Guid.NewGuid(), BatchId = batch };

    private sealed class Interrupting(IConnectionMultiplexer redis, Func<ITransaction, Task> between) : TransactionConnections(null, 0)
    {
        public override IDatabase Next() => InterruptedDatabase.Of(redis.GetDatabase(), between);
    }
}

/// <summary>A database whose transactions begin after somebody else's change.</summary>
public class InterruptedDatabase : DispatchProxy
{
    private IDatabase _inner = null!;
    private Func<ITransaction, Task> _between = null!;

    /// <summary>Everything else is the inner one's.</summary>
    internal static IDatabase Of(IDatabase inner, Func<ITransaction, Task> between)
    {
        var proxy = Create<IDatabase, InterruptedDatabase>();
        (((InterruptedDatabase)(object)proxy)._inner, ((InterruptedDatabase)(object)proxy)._between) = (inner, between);
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var result = targetMethod!.Invoke(_inner, args);
        // What is to be written was decided on by what was read; it is sent when the transaction is executed.
        if (result is ITransaction transaction)
            _between(transaction).GetAwaiter().GetResult();
        return result;
    }
}
