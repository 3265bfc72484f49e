using Npgsql;
using Pylon.Insights.Recommendations;
using Pylon.Postgres;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Recommendations;

public sealed class DecisionTests
{
    [Fact]
    public async Task Of_many_who_approve_at_once_one_wins_and_the_others_are_told_who()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        var id = await PendingAsync(database);
        var decisions = database.Decisions(TimeProvider.System);

        var refusals = await Task.WhenAll(Enumerable.Range(0, 24).Select(n => decisions.ApproveAsync(id, $"user-{n}", "", default)));

        var winner = await database.Database.ScalarAsync<string>("SELECT decided_by FROM insights.recommendations");
        Assert.Single(refusals, refusal => refusal is null);
        Assert.All(refusals.OfType<Refusal>(), refusal =>
        {
            Assert.Equal(RefusalKind.AlreadyExists, refusal.Kind);
            Assert.Equal("ALREADY_DECIDED", refusal.Reason);
            Assert.StartsWith($"{winner} approved the recommendation at 20", refusal.Message, StringComparison.Ordinal);
            Assert.Equal(winner, refusal.Metadata["decided_by"]);
        });
        Assert.Null(refusals[int.Parse(winner![5..])]);
        Assert.Equal(1, await database.Database.CountAsync("audit_logs WHERE action = 'recommendation_approved'"));
        Assert.Equal(1, await database.Database.CountAsync("outbox WHERE type = 'pylon.recommendation.decided.v1'"));
        Assert.Equal(168, await database.Database.CountAsync("recommendation_baselines"));
    }

    [Fact]
    public async Task Of_an_approval_and_a_rejection_at_once_one_wins()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        var id = await PendingAsync(database);
        var decisions = database.Decisions(TimeProvider.System);

        var refusals = await Task.WhenAll(Enumerable.Range(0, 16).Select(n =>
            n % 2 == 0 ? decisions.ApproveAsync(id, $"user-{n}", "", default) : decisions.RejectAsync(id, $"user-{n}", "no", default)));

        Assert.Single(refusals, refusal => refusal is null);
        Assert.Equal(1, await database.Database.CountAsync("audit_logs WHERE action IN ('recommendation_approved', 'recommendation_rejected')"));
    }

    [Fact]
    public async Task An_approval_whose_connection_is_killed_leaves_nothing_behind()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        var id = await PendingAsync(database);
        var decisions = database.Decisions(TimeProvider.System);
        await using var locker = await database.DataSource.OpenConnectionAsync();
        await using var held = await locker.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE", locker, held))
            await command.ExecuteNonQueryAsync();

        // The row is updated and the baseline frozen when it waits for the outbox.
        var approval = decisions.ApproveAsync(id, "ann", "", default);
        await Eventually.True(async () => await database.Database.ScalarAsync<long>(
            "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock') killed") > 0);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => approval);
        await held.RollbackAsync();

        Assert.Equal("pending", await database.Database.ScalarAsync<string>("SELECT status FROM insights.recommendations"));
        Assert.Equal(0, await database.Database.CountAsync("recommendation_baselines"));
        Assert.Equal(0, await database.Database.CountAsync("audit_logs"));
        Assert.Equal(0, await database.Database.CountAsync("outbox"));
        Assert.Null(await decisions.ApproveAsync(id, "ann", "", default));
        Assert.Equal(168, await database.Database.CountAsync("recommendation_baselines"));
    }

    [Fact]
    public async Task A_rejected_one_cannot_be_approved_and_tells_who_rejected_it()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        var id = await PendingAsync(database);
        var decisions = database.Decisions(TimeProvider.System);

        Assert.Null(await decisions.RejectAsync(id, "bob", "too expensive", default));
        var refusal = await decisions.ApproveAsync(id, "ann", "", default);

        Assert.Equal("ALREADY_DECIDED", refusal!.Reason);
        Assert.StartsWith("bob rejected the recommendation at", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("too expensive", await database.Database.ScalarAsync<string>("SELECT notes FROM insights.audit_logs"));
    }

    [Fact]
    public async Task It_is_implemented_once_and_only_after_its_approval()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        var id = await PendingAsync(database);
        var decisions = database.Decisions(TimeProvider.System);

        var early = await decisions.ImplementAsync(id, "ann", "", null, default);
        Assert.Null(await decisions.ApproveAsync(id, "ann", "", default));
        var future = await decisions.ImplementAsync(id, "ann", "", DateTimeOffset.MaxValue, default);
        var refusals = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => decisions.ImplementAsync(id, $"user-{n}", "", null, default)));

        Assert.Equal("NOT_APPROVED", early!.Reason);
        Assert.Contains("implemented_at must be from the approval", future!.Message, StringComparison.Ordinal);
        Assert.Single(refusals, refusal => refusal is null);
        Assert.All(refusals.OfType<Refusal>(), refusal => Assert.Equal("ALREADY_IMPLEMENTED", refusal.Reason));
        Assert.Equal(1, await database.Database.CountAsync("outbox WHERE type = 'pylon.recommendation.implemented.v1'"));
    }

    [Fact]
    public async Task One_that_nobody_decides_expires_once_and_cannot_be_approved_then()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        var id = await PendingAsync(database);
        var time = new FakeTime(TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(30.1));
        var (store, decisions) = (new RecommendationStore(new TenantDatabase(database.DataSource, Tenant.All)), database.Decisions(time));

        var before = await decisions.ApproveAsync(id, "ann", "", default);
        var expired = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.ExpireAsync(time.GetUtcNow(), 10, default)));
        var after = await decisions.ApproveAsync(id, "ann", "", default);

        Assert.Equal(1, expired.Sum());
        Assert.Equal("expired", await database.Database.ScalarAsync<string>("SELECT status FROM insights.recommendations"));
        Assert.Equal(1, await database.Database.CountAsync("audit_logs WHERE action = 'recommendation_expired'"));
        Assert.All([before, after], refusal => Assert.Equal("ALREADY_DECIDED", refusal!.Reason));
        Assert.Contains("expired", after!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_expire_together_than_may_whatever_the_plan_is()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        await database.Database.AddFactoryAsync("F1");
        var hotspot = await database.Database.AddHotspotAsync("F1");
        for (var rank = 1; rank <= 3; rank++)
            await database.Database.AddRecommendationAsync(hotspot, rank);
        await database.Database.PlanNestedLoopsAsync();
        database.DataSource.Clear();
        var store = new RecommendationStore(new TenantDatabase(database.DataSource, Tenant.All));

        Assert.Equal(1, await store.ExpireAsync(TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(31), 1, default));
        Assert.Equal(2, await database.Database.CountAsync("recommendations WHERE status = 'pending'"));
    }

    [Fact]
    public async Task An_unknown_one_is_not_found()
    {
        await using var database = await InsightsDatabase.CreateAsync();

        var refusal = await database.Decisions(TimeProvider.System).ApproveAsync(Guid.NewGuid(), "ann", "", default);

        Assert.Equal("RECOMMENDATION_NOT_FOUND", refusal!.Reason);
    }

    private static async Task<Guid> PendingAsync(InsightsDatabase database)
    {
        await database.Database.AddFactoryAsync("F1");
        return await database.Database.AddRecommendationAsync(await database.Database.AddHotspotAsync("F1"));
    }
}
