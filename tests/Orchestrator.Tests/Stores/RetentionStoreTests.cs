using Pylon.Orchestrator.Retention;

namespace Pylon.Orchestrator.Tests.Stores;

public sealed class RetentionStoreTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    [Theory]
    [InlineData("queued", false)]
    [InlineData("processing", false)]
    [InlineData("pending_user_choice", false)]
    [InlineData("choosing", false)]
    [InlineData("scheduled", true)]
    [InlineData("failed", false)]
    [InlineData("cancelling", false)]
    [InlineData("cancelled", true)]
    public async Task MessagesOfAWorkloadThatIsOverAreRemoved(string status, bool removed)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var id = await database.ArrangeAsync(status);
        await AnsweredAsync(database, id);
        var store = new RetentionStore(database.DataSource);

        Assert.Equal((0, 0), (await store.EmptyAnswersAsync(Kept, 10, None), await store.DeleteMessagesAsync(Kept, 10, None)));
        await AgeAsync(database);
        Assert.Equal(removed ? 1 : 0, await store.EmptyAnswersAsync(Kept, 10, None));
        Assert.Equal(0, await store.EmptyAnswersAsync(Kept, 10, None));
        Assert.Equal(removed ? "{}" : """{"catalogue": "long"}""", await database.ScalarAsync<string>("SELECT answer::text FROM beckn_messages"));
        Assert.Equal(removed ? 1 : 0, await store.DeleteMessagesAsync(Kept, 10, None));
        Assert.Equal(removed ? 0L : 1L, await database.ScalarAsync<long>("SELECT count(*) FROM beckn_messages"));
    }

    [Fact]
    public async Task OldRowsAreRemovedInBatchesOldestFirst()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        for (var n = 0; n < 5; n++)
            await database.SubmitAsync($"w{n}");
        await database.ExecuteAsync("UPDATE workload_notifications SET created_at = now() - make_interval(days => 10 - id::int), processed = (id = 1) WHERE workload_name <> 'w4'");
        var store = new RetentionStore(database.DataSource);
        Assert.Equal(2, await store.DeleteNotificationsAsync(TimeSpan.FromDays(1), 2, None));
        Assert.Equal(["w2", "w3", "w4"], await database.ListAsync<string>("SELECT workload_name FROM workload_notifications ORDER BY id"));
        Assert.Equal(2, await store.DeleteNotificationsAsync(TimeSpan.FromDays(1), 3, None));
        Assert.Equal(["w4"], await database.ListAsync<string>("SELECT workload_name FROM workload_notifications"));
    }

    private static Task AnsweredAsync(OrchestratorDatabase database, Guid workload) => database.ExecuteAsync(
        """
        INSERT INTO beckn_messages (message_id, workload_id, transaction_id, action, request, sends, sent_at, answered_at, answered_by, answer)
        VALUES (gen_random_uuid(), $1, gen_random_uuid(), 'discover', '{}', 1, now(), now(), 'response', '{"catalogue": "long"}')
        """,
        workload);

    // Past the triggers, which set updated_at.
    private static Task AgeAsync(OrchestratorDatabase database) => database.Server.ExecuteAsync(
        """
        SET session_replication_role = replica;
        UPDATE orchestrator.compute_workloads SET updated_at = now() - interval '8 days';
        UPDATE orchestrator.beckn_messages SET created_at = now() - interval '8 days', answered_at = now() - interval '8 days';
        """);
}
