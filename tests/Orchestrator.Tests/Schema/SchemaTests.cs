using System.Collections.Concurrent;
using Npgsql;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Schema;

public sealed class SchemaTests(SharedDatabase shared) : IClassFixture<SharedDatabase>
{
    private static readonly string[] States =
        ["queued", "processing", "pending_user_choice", "choosing", "scheduled", "failed", "cancelling", "cancelled"];

    // As docs/states.md draws them.
    private static readonly HashSet<(string From, string To)> Allowed =
    [
        ("queued", "processing"), ("queued", "cancelling"),
        ("processing", "queued"), ("processing", "pending_user_choice"), ("processing", "failed"), ("processing", "cancelling"),
        ("pending_user_choice", "choosing"), ("pending_user_choice", "scheduled"), ("pending_user_choice", "cancelling"),
        ("choosing", "scheduled"), ("choosing", "pending_user_choice"), ("choosing", "failed"), ("choosing", "cancelling"),
        ("scheduled", "cancelling"), ("scheduled", "choosing"), ("scheduled", "pending_user_choice"), ("cancelled", "cancelling"),
        ("failed", "queued"), ("failed", "choosing"), ("failed", "cancelling"),
        ("cancelling", "cancelled"), ("cancelling", "failed"),
    ];

    public static TheoryData<string, bool> Transitions()
    {
        var data = new TheoryData<string, bool>();
        foreach (var from in States)
        {
            foreach (var to in States.Where(s => s != from))
                data.Add($"{from} to {to}", Allowed.Contains((from, to)));
        }

        return data;
    }

    [Fact]
    public async Task InsertWithoutSchemaNameWorks()
    {
        // A fresh database, not a copy: its search path belongs to the database and is not copied with it.
        await using var database = await TestDatabase.CreateAsync();
        await OrchestratorDatabase.MigrateAsync(database);
        await database.ExecuteAsync(
            """
            INSERT INTO compute_workloads (workload_name, status, bpp_processed)
            VALUES ('Test ML Training Job', 'queued', false);
            """);
        Assert.Equal("queued", await database.ScalarAsync<string>("SELECT status FROM orchestrator.compute_workloads"));
        Assert.Equal("Test ML Training Job", await database.ScalarAsync<string>("SELECT workload_name FROM workload_notifications"));
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM outbox"));
    }

    [Fact]
    public async Task InsertWorksWithAForeignSearchPath()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        await database.Server.ExecuteAsync(
            "SET search_path = public; INSERT INTO orchestrator.compute_workloads (workload_name, status, bpp_processed) VALUES ('elsewhere', 'queued', false)");
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM workload_notifications"));
    }

    [Fact]
    public async Task NewWorkloadHasANotificationAnEventAndASignal()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var received = new ConcurrentQueue<string>();
        await using var listener = await database.DataSource.OpenConnectionAsync();
        listener.Notification += (_, e) => received.Enqueue(e.Channel);
        await using (var command = new NpgsqlCommand("LISTEN workload_due; LISTEN orchestrator_outbox", listener))
            await command.ExecuteNonQueryAsync();

        var workload = await database.SubmitAsync("night batch");

        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (received.Count < 2)
            await listener.WaitAsync(bound.Token);
        Assert.Equal(["orchestrator_outbox", "workload_due"], received.Order());
        Assert.Equal(
            $"{workload.Id} night batch false",
            await database.ScalarAsync<string>("SELECT concat_ws(' ', workload_id, workload_name, processed::text) FROM workload_notifications"));
        Assert.Equal(
            $"workloads pylon.workload.queued.v1 {workload.Id} {workload.Id} night batch",
            await database.ScalarAsync<string>(
                """
                SELECT concat_ws(' ', topic, type, subject, payload #>> '{workload_queued,workload_id}', payload #>> '{workload_queued,workload_name}')
                FROM outbox
                """));
    }

    [Fact]
    public async Task PayloadOfTheTriggerIsAnEvent()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var workload = await database.SubmitAsync();
        var json = await database.ScalarAsync<string>("SELECT payload::text FROM outbox");
        var read = Google.Protobuf.JsonParser.Default.Parse<Events.V1.Event>(json);
        Assert.Equal(workload.Id.ToString(), read.WorkloadQueued.WorkloadId);
    }

    [Theory]
    [MemberData(nameof(Transitions))]
    public async Task StateMachineIsEnforced(string transition, bool allowed)
    {
        var (from, to) = (transition.Split(" to ")[0], transition.Split(" to ")[1]);
        var database = shared.Database;
        var id = await database.ArrangeAsync(from);

        var refused = await Record.ExceptionAsync(() => database.ExecuteAsync("UPDATE compute_workloads SET status = $2 WHERE id = $1", id, to));

        if (allowed)
            Assert.Null(refused);
        else
            Assert.Equal(PostgresErrorCodes.CheckViolation, Assert.IsType<PostgresException>(refused).SqlState);
        Assert.Equal(allowed ? to : from, await database.ScalarAsync<string>("SELECT status FROM compute_workloads WHERE id = $1", id));
    }

    [Theory]
    [InlineData("processing")]
    [InlineData("scheduled")]
    [InlineData("cancelled")]
    [InlineData("done")]
    public async Task WorkloadBeginsAsQueued(string status)
    {
        var database = shared.Database;
        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => database.ExecuteAsync("INSERT INTO compute_workloads (workload_name, status) VALUES ('x', $1)", status));
        Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    public async Task OfferedZonesAreDistinct(int left, int right)
    {
        var database = shared.Database;
        var id = await database.ArrangeAsync("processing");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync(
            $"""
             UPDATE compute_workloads SET status = 'pending_user_choice', recommended_{left}_grid_zone_id = recommended_{right}_grid_zone_id
             WHERE id = $1
             """,
            id));
        Assert.Equal("offered_has_three_distinct_zones", refused.ConstraintName);
    }

    [Theory]
    [InlineData("recommended_2_grid_zone_id = NULL")]
    [InlineData("bpp_processed = false")]
    public async Task OfferIsWhole(string change)
    {
        var database = shared.Database;
        var id = await database.ArrangeAsync("processing");
        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => database.ExecuteAsync($"UPDATE compute_workloads SET status = 'pending_user_choice', {change} WHERE id = $1", id));
        Assert.Equal("offered_has_three_distinct_zones", refused.ConstraintName);
    }

    [Theory]
    [InlineData("pending_user_choice", "choosing", "chosen_option = NULL", "chosen_has_an_option")]
    [InlineData("processing", "failed", "failure_reason = NULL", "failed_has_a_reason")]
    [InlineData("processing", "failed", "resume_status = NULL", "failed_has_a_reason")]
    [InlineData("choosing", "scheduled", "lease_owner = gen_random_uuid()", "only_work_is_leased")]
    public async Task StateHasWhatItNeeds(string from, string to, string change, string constraint)
    {
        var database = shared.Database;
        var id = await database.ArrangeAsync(from);
        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => database.ExecuteAsync($"UPDATE compute_workloads SET status = $2, {change} WHERE id = $1", id, to));
        Assert.Equal(constraint, refused.ConstraintName);
    }
}
