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

namespace Pylon.Conductor.Tests;

/// <summary>Rebuilds of a batch in Redis.</summary>
public sealed class LoaderTests : IAsyncLifetime
{
    private ConductorDatabase _database = null!;
    private ConductorService _service = null!;

    public async Task InitializeAsync()
    {
        _database = await ConductorDatabase.CreateAsync();
        _service = await ConductorService.StartOnAsync(_database.Database.Uri, (await TestRedis.CreateAsync()).ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task ALoaderThatComesLateKeepsReportsMadeWhileItReads()
    {
        await _service.Batches.ReportAsync(Report("e1"), default);
        var between = Interceptor.Of(_service.Services.GetRequiredService<IConnectionMultiplexer>(), async () =>
        {
            await _service.Batches.ReportAsync(Report("e2"), default);
            await SettledAsync();
        });
        await LoadLateAsync(LoaderOn(between), () => Task.CompletedTask);

        Assert.Equal((2, 2), await CountsAsync());
        Assert.Equal(2, (await _service.EventsAsync()).Count);
    }

    [Fact]
    public async Task ALoaderThatComesLateMakesNoSecondEventOfACompletion()
    {
        await _service.Batches.ReportAsync(Report("e1"), default);
        await SettledAsync();
        var (first, second) = (Report("e2"), Report("e2"));
        await InsertAsync(first, second);
        await using (await HoldSettlementAsync())
        {
            await LoadLateAsync(LoaderOn(_service.Services.GetRequiredService<IConnectionMultiplexer>()), () => ApplyAsync(second, first));
        }

        Assert.Equal((2, 2), await CountsAsync());
        Assert.Equal(["e1", "e2"], (await _service.EventsAsync()).Select(e => e.BatchPhaseProgressed.EntityId));
    }

    /// <summary>Redis restarts with its file: what it had made of reports, and their events, are still there.</summary>
    [Fact]
    public async Task ARestartWithItsFileMakesNoSecondEventOfACompletion()
    {
        await _service.Batches.ReportAsync(Report("e1"), default);
        await SettledAsync();
        var (first, second) = (Report("e2"), Report("e2"));
        await InsertAsync(first, second);
        await using (await HoldSettlementAsync())
        {
            await ApplyAsync(second, first);
            await RestartedAsync();
            Assert.Equal((2, 2), await CountsAsync());
        }

        Assert.Equal(["e1", "e2"], (await _service.EventsAsync()).Select(e => e.BatchPhaseProgressed.EntityId));
    }

    [Fact]
    public async Task ADefinitionThatIsRepeatedAfterARebuildChangesNothing()
    {
        var definition = new PipelineDefinition(
            PipelineDefinition.IdOf("b", "p", "c"), "b", new("p", [new("train", Decision.SkipCompleted, "already_completed")]), "c", 7, DateTimeOffset.UnixEpoch);
        await _service.Batches.DefineAsync(definition, default);
        Assert.Equal(2, (await _service.EventsAsync()).Count);
        await RestartedAsync();
        await _service.Batches.DefineAsync(definition, default);
        Assert.Equal(1, (await _service.Batches.FindAsync("b", default))!.Revision);
    }

    /// <summary>What is in Redis was written under another run of the server.</summary>
    private Task RestartedAsync() =>
        _service.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().HashSetAsync(new BatchKeys("b").Meta, "run", "the one before");

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
        _service.Services, ActivatorUtilities.CreateInstance<RedisCalls>(_service.Services, redis));

    private async Task InsertAsync(params PhaseReport[] reports)
    {
        foreach (var report in reports)
            await _service.Services.GetRequiredService<BatchStore>().InsertAsync([report], default);
    }

    private async Task ApplyAsync(params PhaseReport[] reports)
    {
        foreach (var report in reports)
            await _service.Services.GetRequiredService<RedisBatches>().ApplyAsync(report, default);
    }

    /// <summary>Nobody can mark a report as settled until this is disposed.</summary>
    private async Task<NpgsqlConnection> HoldSettlementAsync()
    {
        var connection = await _database.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE conductor.phase_reports IN SHARE MODE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private Task SettledAsync() => Eventually.True(
        async () => await _database.Database.ScalarAsync<long>("SELECT count(*) FROM conductor.phase_reports WHERE settled_at IS NULL") == 0);

    private async Task<(long Completed, long Total)> CountsAsync()
    {
        var batch = (await _service.Batches.FindAsync("b", default))!;
        return (batch.Phases["train"].Completed, batch.Total);
    }

    private static PhaseReport Report(string entity) => new(Guid.NewGuid(), "b", "train", entity, true, "", "correlation", DateTimeOffset.UnixEpoch);
}

/// <summary>A Redis connection that runs a test's code right before the script that loads a batch.</summary>
public class Interceptor : DispatchProxy
{
    private object _inner = null!;
    private Func<Task> _before = null!;

    internal static T Of<T>(T inner, Func<Task> before)
        where T : class
    {
        var proxy = Create<T, Interceptor>();
        (((Interceptor)(object)proxy)._inner, ((Interceptor)(object)proxy)._before) = (inner, before);
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (args is [BatchScripts.Load, ..])
            _before().GetAwaiter().GetResult();
        return targetMethod!.Invoke(_inner, args) is var result && result is IDatabase database ? Of(database, _before) : result;
    }
}
