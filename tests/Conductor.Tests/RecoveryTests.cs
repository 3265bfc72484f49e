using Microsoft.Extensions.DependencyInjection;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Journals;
using Pylon.Conductor.State;
using Pylon.Testing;
using StackExchange.Redis;

namespace Pylon.Conductor.Tests;

/// <summary>What is durable and was not published in time.</summary>
public sealed class RecoveryTests : OwnService
{
    [Fact]
    public async Task AReportThatRedisDoesNotKnowIsAppliedAndPublished()
    {
        await InsertAsync(Report("e1"));
        await RecoverAsync();
        Assert.Equal(["e1"], await PublishedAsync());
    }

    [Fact]
    public async Task ALostEventIsPublishedAgain()
    {
        await Service.Batches.ReportAsync(Report("e1"), default);
        await Service.EventsAsync();
        var report = Report("e2");
        await InsertAsync(report);
        // The change as its script makes it, but for the event.
        var (redis, keys) = (Service.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase(), new BatchKeys("b"));
        await redis.HashSetAsync(keys.Items, [new("train/e2", $"S:{report.EventId}"), new("/e2", "1")]);
        await redis.HashIncrementAsync(keys.Meta, "c:train");
        await RecoverAsync();
        Assert.Equal(["e1", "e2"], await PublishedAsync());
        Assert.Equal(2, (await Service.Batches.FindAsync("b", default))!.Phases["train"].Completed);
    }

    [Fact]
    public async Task APublishedCompletionThatIsNotSettledKeepsItsId()
    {
        await Service.Batches.ReportAsync(Report("e1"), default);
        var (first, second) = (Report("e2"), Report("e2"));
        await InsertAsync(first, second);
        foreach (var report in (PhaseReport[])[second, first])
            await Service.Services.GetRequiredService<RedisBatches>().ApplyAsync(report, default);
        await PublishedAsync();
        await Eventually.True(async () => await Database.Database.ScalarAsync<long>("SELECT count(*) FROM conductor.phase_reports WHERE settled_at IS NULL") == 1);
        await Database.Database.ExecuteAsync("UPDATE conductor.phase_reports SET settled_at = NULL");
        await RecoverAsync();
        Assert.Equal(["e1", "e2"], await PublishedAsync());
    }

    [Fact]
    public async Task ACompletionThatRedisLosesBeforeItIsPublishedIsMadeAgain()
    {
        await Service.Batches.ReportAsync(Report("e1"), default);
        await Service.EventsAsync();
        var (made, repeated) = (Report("e2"), Report("e2"));
        await InsertAsync(repeated, made);
        var (redis, keys) = (Service.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase(), new BatchKeys("b"));
        await redis.HashSetAsync(keys.Items, [new("train/e2", $"S:{made.EventId}"), new("/e2", "1")]);
        await RecoverAsync(TimeSpan.FromSeconds(30));
        await redis.KeyDeleteAsync([keys.Meta, keys.Items]);
        Assert.Equal(2, (await Service.Batches.FindAsync("b", default))!.Phases["train"].Completed);
        Assert.Equal(["e1", "e2"], await PublishedAsync());
    }

    private async Task InsertAsync(params PhaseReport[] reports)
    {
        foreach (var report in reports)
            await Service.Services.GetRequiredService<BatchStore>().InsertAsync([report], default);
    }

    /// <summary>Recovers when so much time has passed, by default so much that what is not published counts as lost.</summary>
    private async Task RecoverAsync(TimeSpan? passed = null)
    {
        await Database.Database.ExecuteAsync($"UPDATE conductor.phase_reports SET recorded_at = recorded_at - interval '{(passed ?? TimeSpan.FromMinutes(2)).TotalSeconds} seconds'");
        await Database.Database.ExecuteAsync("UPDATE conductor.batches SET since = since - interval '3 minutes'");
        Assert.Equal(1, await Service.Services.GetRequiredService<Recovery>().RunAsync(default));
    }

    private async Task<IEnumerable<string>> PublishedAsync() => (await Service.EventsAsync()).Select(e => e.BatchPhaseProgressed.EntityId);

    private static PhaseReport Report(string entity) => new(Guid.NewGuid(), "b", "train", entity, true, "", "correlation", DateTimeOffset.UnixEpoch);
}
