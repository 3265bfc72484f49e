using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Catalogues;
using Pylon.Conductor.Circuits;
using Pylon.Conductor.Journals;
using Pylon.Conductor.State;
using Pylon.Testing;
using StackExchange.Redis;
using Order = Pylon.Conductor.Batches.Order;

namespace Pylon.Conductor.Tests;

/// <summary>Rebuilds of a batch in Redis.</summary>
public sealed class LoaderTests : OwnService
{
    [Fact]
    public async Task ALoaderThatComesLateKeepsReportsMadeWhileItReads()
    {
        await Service.Batches.ReportAsync(Report("e1"), default);
        var between = Interceptor.Of(Service.Services.GetRequiredService<IConnectionMultiplexer>(), BatchScripts.Load, async () =>
        {
            await Service.Batches.ReportAsync(Report("e2"), default);
            await SettledAsync();
        });
        await LoadLateAsync(LoaderOn(between), () => Task.CompletedTask);

        Assert.Equal((2, 2), await CountsAsync());
        Assert.Equal(2, (await Service.EventsAsync()).Count);
    }

    [Fact]
    public async Task ALoaderThatComesLateMakesNoSecondEventOfACompletion()
    {
        await Service.Batches.ReportAsync(Report("e1"), default);
        await SettledAsync();
        var (first, second) = (Report("e2"), Report("e2"));
        await InsertAsync(first, second);
        await using (await HoldSettlementAsync())
        {
            await LoadLateAsync(LoaderOn(Service.Services.GetRequiredService<IConnectionMultiplexer>()), () => ApplyAsync(second, first));
        }

        Assert.Equal((2, 2), await CountsAsync());
        Assert.Equal(["e1", "e2"], (await Service.EventsAsync()).Select(e => e.BatchPhaseProgressed.EntityId));
    }

    /// <summary>Redis restarts with its file: what it had made of reports, and their events, are still there.</summary>
    [Fact]
    public async Task ARestartWithItsFileMakesNoSecondEventOfACompletion()
    {
        await Service.Batches.ReportAsync(Report("e1"), default);
        await SettledAsync();
        var (first, second) = (Report("e2"), Report("e2"));
        await InsertAsync(first, second);
        await using (await HoldSettlementAsync())
        {
            await ApplyAsync(second, first);
            await RestartedAsync();
            Assert.Equal((2, 2), await CountsAsync());
        }

        Assert.Equal(["e1", "e2"], (await Service.EventsAsync()).Select(e => e.BatchPhaseProgressed.EntityId));
    }

    [Fact]
    public async Task ADefinitionThatIsRepeatedAfterARebuildChangesNothing()
    {
        var definition = new PipelineDefinition(
            PipelineDefinition.IdOf("b", "p", "c"), "b", new("p", [new("train", Decision.SkipCompleted, "already_completed")]), "c", 7, DateTimeOffset.UnixEpoch, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        await Service.Batches.DefineAsync(definition, default);
        Assert.Equal(2, (await Service.EventsAsync()).Count);
        await RestartedAsync();
        await Service.Batches.DefineAsync(definition, default);
        Assert.Equal(1, (await Service.Batches.FindAsync("b", default))!.Revision);
        await RestartedAsync();
        await Service.Batches.ReportAsync(Report("e1"), default);
        Assert.All(await Service.EventsAsync(), e => Assert.Equal(definition.Traceparent, e.Traceparent));
    }

    /// <summary>An order and failures that are durable in one order and reach Redis in another, as a kill in between leaves them.</summary>
    [Theory]
    [InlineData("o1 f1 o2", null)]
    [InlineData("o2 f1", null)]
    [InlineData("f1 o2 f2", false)]
    [InlineData("f1 f2 o2", false)]
    [InlineData("f2 f1 o2 o1", false)]
    [InlineData("f2 o3 f1 s o4", true)]
    public async Task ThePhaseIsWhatTheLastOrderLeavesOfItInWhicheverOrderRedisIsTold(string told, bool? whole)
    {
        foreach (var one in told.Split(' '))
        {
            var revision = one.Length > 1 ? long.Parse(one[1..], System.Globalization.CultureInfo.InvariantCulture) : 0;
            if (one[0] == 'o')
                await Service.Services.GetRequiredService<RedisBatches>().ApplyAsync(Ordered(revision), default);
            else
                await ApplyAsync(Report("") with { Succeeded = one[0] == 's', Revision = revision });
        }

        Assert.Equal(whole, (await Service.Batches.FindAsync("b", default))!.Phases.GetValueOrDefault("train")?.Whole);
    }

    [Fact]
    public async Task ARebuiltBatchKnowsUnderWhichOrderAPhaseFailed()
    {
        await Service.Batches.DefineAsync(Ordered(1), default);
        await Service.Batches.ReportAsync(Failure(), default);
        await RebuiltAsync(false);
        // Durable, and a kill before Redis is told; then the same call again.
        await Service.Services.GetRequiredService<BatchStore>().InsertAsync([Ordered(2)], default);
        await RebuiltAsync(null);
        await Service.Batches.DefineAsync(Ordered(2), default);
        // Of the order before, and durable only now.
        await Service.Batches.ReportAsync(Failure() with { Revision = 1 }, default);
        Assert.Null(await WholeAsync());
        await RebuiltAsync(null);
        Assert.True((await Service.Batches.ReportAsync(Failure(), default)).Changed);
        await RebuiltAsync(false);
        await SettledAsync();
        Assert.Equal(2, (await Service.EventsAsync()).Count(e => e.BatchPhaseProgressed is not null));

        static PhaseReport Failure() => Report("") with { Succeeded = false };

        async Task<bool?> WholeAsync() => (await Service.Batches.FindAsync("b", default))!.Phases["train"].Whole;

        async Task RebuiltAsync(bool? whole)
        {
            await RestartedAsync();
            Assert.Equal(whole, await WholeAsync());
        }
    }

    /// <summary>Two phases of 100,000 entities; each piece may be the last that a loader brings.</summary>
    [Fact]
    public async Task ALargeBatchIsRebuiltInPiecesAndOneThatIsHalfLoadedCountsForNothing()
    {
        const int Entities = 100_000;
        await Service.Batches.ReportAsync(Report("e1"), default);
        await SettledAsync();
        await Database.Database.ExecuteAsync(
            $"""
            INSERT INTO conductor.phase_reports (event_id, batch_id, phase, entity_id, succeeded, error_code, correlation_id, occurred_at, settled_at)
            SELECT gen_random_uuid(), 'b', phase, 'e' || n, phase = 'train' OR n % 2 = 0, '', 'c', now(), now()
            FROM generate_series(2, {Entities}) AS n, unnest(ARRAY['train', 'evaluate']) AS phase
            """);
        await RestartedAsync();
        var redis = Service.Services.GetRequiredService<IConnectionMultiplexer>();
        var (database, keys) = (redis.GetDatabase(), new BatchKeys("b"));
        foreach (var last in (int[])[0, 1, 150])
        {
            var pieces = 0;
            var killed = Interceptor.Of(redis, BatchScripts.Stage, () => pieces++ < last ? Task.CompletedTask : throw new InvalidOperationException("killed"));
            await Assert.ThrowsAsync<InvalidOperationException>(() => LoaderOn(killed).WithAsync<string>("b", () => Task.FromResult<string?>(null), default));
            Assert.Equal("the one before", await database.HashGetAsync(keys.Meta, "run"));
            Assert.True(await LivesAtMostAsync(keys.Loading, TimeSpan.FromSeconds(15)));
            Assert.True(await LivesAtMostAsync(keys.Staged, TimeSpan.FromSeconds(15)));
            // Its time passes; what it has brought may be there for longer.
            await database.KeyDeleteAsync(keys.Loading);
        }

        // Redis loses a piece, or all of them: the loader begins again.
        var lost = false;
        var forgetful = Interceptor.Of(redis, BatchScripts.Load, async () =>
        {
            if (!lost)
                await database.HashDeleteAsync(keys.Staged, "train/e77");
            lost = true;
        });
        await LoaderOn(forgetful).WithAsync("b", async () => await database.HashGetAsync(keys.Meta, "run") == "the one before" ? null : "loaded", default);

        var found = (await Service.Batches.FindAsync("b", default))!;
        Assert.Equal(new Progress("train", Entities, 0, Entities, null), found.Phases["train"]);
        Assert.Equal(new Progress("evaluate", Entities / 2, (Entities / 2) - 1, Entities, null), found.Phases["evaluate"]);
        Assert.True((await ReportedAsync("evaluate", "e3")).Changed);
        Assert.False((await ReportedAsync("evaluate", "e4")).Changed);
        Assert.False(await database.KeyExistsAsync(keys.Staged));

        Task<ReportOutcome> ReportedAsync(string phase, string entity) => Service.Batches.ReportAsync(Report(entity) with { Phase = phase }, default);

        // Its time may have passed already; a key that stays has none.
        async Task<bool> LivesAtMostAsync(RedisKey key, TimeSpan limit) => await database.KeyTimeToLiveAsync(key) <= limit || !await database.KeyExistsAsync(key);
    }

    /// <summary>A loader that is killed before it has applied the last report that is not published.</summary>
    [Fact]
    public async Task ABatchWhoseReportsAreNotAllAppliedIsNotLoaded()
    {
        await Service.Batches.ReportAsync(Report("e1"), default);
        await SettledAsync();
        await RestartedAsync();
        await InsertAsync([.. Enumerable.Range(2, 299).Select(i => Report($"e{i}"))]);
        var (redis, keys) = (Service.Services.GetRequiredService<IConnectionMultiplexer>(), new BatchKeys("b"));
        foreach (var last in (int[])[0, 1, 1])
        {
            var applied = 0;
            var killed = Interceptor.Of(redis, BatchScripts.Calls, () => applied++ < last ? Task.CompletedTask : throw new InvalidOperationException("killed"));
            var calls = ActivatorUtilities.CreateInstance<RedisCalls>(Service.Services, killed);
            var loader = ActivatorUtilities.CreateInstance<BatchLoader>(Service.Services, calls);
            await Assert.ThrowsAsync<InvalidOperationException>(() => loader.WithAsync<string>("b", () => Task.FromResult<string?>(null), default));
            Assert.StartsWith("loading:", await redis.GetDatabase().HashGetAsync(keys.Meta, "run"), StringComparison.Ordinal);
            await redis.GetDatabase().KeyDeleteAsync(keys.Loading);
        }

        Assert.Equal((300, 300), await CountsAsync());
        Assert.Equal(Enumerable.Range(1, 300).Select(i => $"e{i}").Order(), (await Service.EventsAsync()).Select(e => e.BatchPhaseProgressed.EntityId).Order());
    }

    [Fact]
    public async Task ABatchThatIsRebuiltLivesNoLongerThanItWouldHave()
    {
        await Service.Batches.ReportAsync(Report("e1"), default);
        await SettledAsync();
        // One that its loader puts in, and one that it leaves to the ordinary change.
        await InsertAsync(Report("e2"));
        await Database.Database.ExecuteAsync("UPDATE conductor.batches SET updated_at = now() - interval '7 days' + interval '1 hour', since = now() - interval '8 days'");
        await RestartedAsync();
        Assert.Equal((2, 2), await CountsAsync());
        await AssertLivesAsync(TimeSpan.FromHours(1));

        // Neither a reader nor what applies late reports gives it more time; a new report does.
        await ApplyAsync(Report("e3"));
        await AssertLivesAsync(TimeSpan.FromHours(1));
        await Service.Batches.ReportAsync(Report("e4"), default);
        await AssertLivesAsync(TimeSpan.FromDays(7));

        async Task AssertLivesAsync(TimeSpan longest)
        {
            var (database, keys) = (Service.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase(), new BatchKeys("b"));
            foreach (var key in (RedisKey[])[keys.Meta, keys.Items])
                Assert.InRange((await database.KeyTimeToLiveAsync(key))!.Value, longest - TimeSpan.FromMinutes(1), longest);
        }
    }

    /// <summary>What is in Redis was written under another run of the server.</summary>
    private Task RestartedAsync() =>
        Service.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().HashSetAsync(new BatchKeys("b").Meta, "run", "the one before");

    /// <summary>A loader whose batch is loaded by others, who then go on, before it begins.</summary>
    private static Task LoadLateAsync(BatchLoader loader, Func<Task> others)
    {
        var late = true;
        return loader.WithAsync(
            "b",
            async () =>
            {
                if (!late)
                    return "loaded";
                late = false;
                await others();
                return null;
            },
            default);
    }

    private BatchLoader LoaderOn(IConnectionMultiplexer redis) => ActivatorUtilities.CreateInstance<BatchLoader>(
        Service.Services, ActivatorUtilities.CreateInstance<RedisCalls>(Service.Services, redis));

    private async Task InsertAsync(params PhaseReport[] reports)
    {
        foreach (var report in reports)
            await Service.Services.GetRequiredService<BatchStore>().InsertAsync([report], default);
    }

    private async Task ApplyAsync(params PhaseReport[] reports)
    {
        foreach (var report in reports)
            await Service.Services.GetRequiredService<RedisBatches>().ApplyAsync(report, default);
    }

    /// <summary>Nobody can mark a report as settled until this is disposed.</summary>
    private async Task<NpgsqlConnection> HoldSettlementAsync()
    {
        var connection = await Database.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE conductor.phase_reports IN SHARE MODE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private Task SettledAsync() => Eventually.True(
        async () => await Database.Database.ScalarAsync<long>("SELECT count(*) FROM conductor.phase_reports WHERE settled_at IS NULL") == 0);

    private async Task<(long Completed, long Total)> CountsAsync()
    {
        var batch = (await Service.Batches.FindAsync("b", default))!;
        return (batch.Phases["train"].Completed, batch.Total);
    }

    private static PipelineDefinition Ordered(long revision) =>
        new(PipelineDefinition.IdOf("b", "p", "c"), "b", new("p", [new("train", Decision.Run, "a target of the pipeline")]), "c", 1, DateTimeOffset.UnixEpoch)
        {
            Order = new Order(revision, "", "", new Dictionary<string, string>(), 1, null, null, []),
        };

    private static PhaseReport Report(string entity) => new(Guid.NewGuid(), "b", "train", entity, true, "", "correlation", DateTimeOffset.UnixEpoch);
}

/// <summary>A Redis connection that runs a test's code right before each call of a script.</summary>
public class Interceptor : DispatchProxy
{
    private object _inner = null!;
    private string _script = "";
    private Func<Task> _before = null!;

    internal static T Of<T>(T inner, string script, Func<Task> before)
        where T : class
    {
        var proxy = Create<T, Interceptor>();
        (((Interceptor)(object)proxy)._inner, ((Interceptor)(object)proxy)._script, ((Interceptor)(object)proxy)._before) = (inner, script, before);
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (args is [string script, ..] && script == _script)
            _before().GetAwaiter().GetResult();
        return targetMethod!.Invoke(_inner, args) is var result && result is IDatabase database ? Of(database, _script, _before) : result;
    }
}
