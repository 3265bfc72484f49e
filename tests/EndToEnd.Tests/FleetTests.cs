using System.Text.Json.Nodes;
using Pylon.Client;
using Pylon.Conductor.V1;
using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;
using Pylon.Ingestion.V1;
using Pylon.Insights.V1;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests;

/// <summary>Several Orchestrators on one queue, and processes that are killed while workloads are under way.</summary>
[Collection(FleetStackGroup.Name)]
public sealed class FleetTests(FleetStack fleet) : IAsyncLifetime
{
    private const string Events = "pylon:events:workloads";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private TestStack Stack => fleet.Stack;

    private GatewayClient Gateway => Stack.Gateway;

    private SandboxAdmin Sandbox => Stack.Sandbox;

    // What a test before left under way would be among the messages that the provider counts.
    public async Task InitializeAsync()
    {
        await Eventually.Is(
            () => Stack.Database.CountAsync("SELECT count(*) FROM compute_workloads WHERE status IN ('queued', 'processing')"),
            count => count == 0,
            Patience,
            "no workload is under way");
        await Sandbox.ResetAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task FourOrchestratorsProcessFiveHundredRowsEachExactlyOnce()
    {
        const int Rows = 500;
        await Stack.RunOrchestratorsAsync(FleetStack.Fleet);
        var (_, before) = await Gateway.PollAsync();
        var logs = Stack.Orchestrators.ToDictionary(process => process.LogFile, process => File.ReadAllText(process.LogFile).Length);

        await InsertAsync("five hundred", Rows);

        await UntilRecommendedAsync("five hundred", Rows);
        await AssertBookedOnceEachAsync("five hundred", Rows);
        await AssertRecommendedOnceEachAsync(before, "five hundred", Rows);
        // Each Orchestrator claimed some.
        Assert.All(logs, log => Assert.Contains("claimed ", File.ReadAllText(log.Key)[log.Value..], StringComparison.Ordinal));
    }

    [Fact]
    public async Task WorkloadOfAKilledOrchestratorIsFinishedByAnotherWithoutASecondBooking()
    {
        // Only the first runs, so it claims the workload.
        await Stack.RunOrchestratorsAsync(1);
        await Sandbox.FaultAsync(new { kind = "lost_callback", action = "confirm", count = 1 });
        var id = await Gateway.SubmitAsync(new { workload_name = "orphan" });
        var other = Stack.Orchestrators[1].StartAsync();
        await Eventually.True(async () => (await Sandbox.OrdersAsync(id)).Bookings == 1, Patience, "the provider has the booking, and its callback is lost");

        await other;
        await Stack.Orchestrators[0].KillAsync();

        var workload = await Gateway.UntilAsync(id, "PENDING_USER_CHOICE");
        var order = Assert.Single((await Sandbox.OrdersAsync(id)).All);
        Assert.Equal(("CONFIRMED", 1), (order.State, order.Bookings));
        Assert.Equal(order.Id, GatewayClient.Recommendations(workload)[0]["order_id"]!.GetValue<string>());
        // Sent again, once or, when that answer is late too, more often: always the same message.
        var confirms = await Sandbox.RequestsAsync("confirm");
        Assert.True(confirms.Count >= 2);
        Assert.Single(confirms.Select(request => request.MessageId).Distinct());
        Assert.False(Stack.Orchestrators[0].IsRunning);
    }

    [Fact]
    public async Task NothingIsLostWhenAMasterOfRedisAndThenPostgresAreKilledWhileWorkloadsAreUnderWay()
    {
        await Stack.RunOrchestratorsAsync(2);
        var (_, before) = await Gateway.PollAsync();
        var pids = Running();
        // Slow enough that some workloads are always under way.
        await Sandbox.FaultAsync(new { kind = "delay", action = "confirm", count = 0, delay_ms = 500 });
        await using var listener = new PersistentListener(Gateway, before);

        await InsertAsync("while servers are killed", 20);
        await UntilConfirmingAsync(5);
        var master = await fleet.Redis.MasterOfAsync(Events);
        await master.KillAsync();
        await InsertAsync("while servers are killed", 20);
        await UntilConfirmingAsync(25);
        await Eventually.True(async () => await fleet.Redis.MasterOfAsync(Events) != master, Patience, "its replica takes its place");
        await master.StartAgainAsync();
        await InsertAsync("while servers are killed", 20);
        await UntilConfirmingAsync(45);
        await fleet.Postgres.KillAsync();
        await Eventually.True(
            async () =>
            {
                await fleet.Postgres.StartAgainAsync();
                return true;
            },
            Patience,
            "the server starts again when the last of its old processes has ended");
        await Eventually.True(async () => await Stack.Database.CountAsync("SELECT 1") == 1, Patience);
        await InsertAsync("while servers are killed", 10);

        await UntilRecommendedAsync("while servers are killed", 70);
        await AssertBookedOnceEachAsync("while servers are killed", 70);
        var recommended = await AssertRecommendedOnceEachAsync(before, "while servers are killed", 70);
        await Eventually.True(
            () => recommended.All(listener.Received.ContainsKey), Patience, "the subscriber that was always connected has every event");
        Assert.All(recommended, id => Assert.Equal(1, listener.Received[id]));
        Assert.Equal(pids, Running());
    }

    [Fact]
    public async Task CallersDoNotNoticeThatAProcessOfEachServiceIsReplaced()
    {
        await Task.WhenAll(Stack.Replicas.Where(process => !process.IsRunning).Select(process => process.StartAsync()));
        using var client = new PylonClient(Stack.GrpcAddress);
        var known = (await client.Workloads.SubmitWorkloadAsync(new SubmitWorkloadRequest { WorkloadName = "known" })).Workload.Id;
        using var end = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => CallAsync(client, known, end.Token)).ToList();

        foreach (var process in Stack.Replicas.Where(process => process.Name.EndsWith("-2", StringComparison.Ordinal)))
        {
            await process.StopAsync();
            await process.StartAgainAsync();
        }

        await end.CancelAsync();
        // A call that failed fails the test.
        Assert.All(await Task.WhenAll(callers), made => Assert.True(made > 0));
    }

    // Calls that are safe to repeat, of each service, one after the other; how many there were.
    private static async Task<int> CallAsync(PylonClient client, string known, CancellationToken end)
    {
        var made = 0;
        for (; !end.IsCancellationRequested; made++)
        {
            await client.Workloads.GetWorkloadAsync(new GetWorkloadRequest { Id = known });
            // Each of them is work for a long time.
            if (made % 50 == 0)
                await client.Workloads.SubmitWorkloadAsync(new SubmitWorkloadRequest { WorkloadName = "while processes are replaced" });
            await client.Grid.ListRegionalGridAsync(new ListRegionalGridRequest());
            await client.Hotspots.ListHotspotsAsync(new ListHotspotsRequest());
            await client.Pipelines.ListPipelinesAsync(new ListPipelinesRequest());
        }

        return made;
    }

    private Task InsertAsync(string name, int rows) => Stack.Database.ExecuteAsync(
        "INSERT INTO compute_workloads (workload_name, status, bpp_processed) SELECT $1, 'queued', false FROM generate_series(1, $2)", name, rows);

    private Task UntilConfirmingAsync(int count) => Eventually.True(
        async () => (await Sandbox.RequestsAsync("confirm")).Select(request => request.TransactionId).Distinct().Count() >= count,
        Patience,
        $"{count} workloads have reached CONFIRM");

    private Task UntilRecommendedAsync(string name, int rows) => Eventually.Is(
        async () => string.Join(' ', await Stack.Database.StatesAsync(name)),
        states => states == $"[pending_user_choice, {rows}]",
        Patience,
        $"all {rows} have recommendations");

    private async Task<HashSet<string>> IdsAsync(string name) =>
        [.. (await Stack.Database.QueryAsync("SELECT id FROM compute_workloads WHERE workload_name = $1", name)).Select(row => row[0]!.ToString()!)];

    private async Task AssertBookedOnceEachAsync(string name, int rows)
    {
        var ids = await IdsAsync(name);
        var booked = (await Sandbox.OrdersAsync()).All.Where(order => order.Bookings > 0).ToList();
        Assert.Equal(rows, ids.Count);
        Assert.All(booked, order => Assert.Equal(("CONFIRMED", 1), (order.State, order.Bookings)));
        Assert.Equal(ids.Order(StringComparer.Ordinal), booked.Select(order => order.WorkloadId).Order(StringComparer.Ordinal));
    }

    /// <summary>Returns the ids of the events.</summary>
    private async Task<IReadOnlyList<string>> AssertRecommendedOnceEachAsync(string after, string name, int rows)
    {
        var ids = await IdsAsync(name);
        await Eventually.Is(async () => rows - (await RecommendedAsync()).Count, missing => missing <= 0, Patience, "no event is missing on the stream");
        var recommended = await RecommendedAsync();
        Assert.Equal(ids.Order(StringComparer.Ordinal), recommended.Select(one => one["subject"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        var events = recommended.Select(one => one["id"]!.GetValue<string>()).ToList();
        Assert.Equal(rows, events.Distinct().Count());
        return events;

        async Task<List<JsonNode>> RecommendedAsync() =>
            [.. (await Gateway.PollAsync(after)).Events.Where(one => one["type"]!.GetValue<string>() == PersistentListener.Recommended && ids.Contains(one["subject"]!.GetValue<string>()))];
    }

    private List<(string, int)> Running() =>
        [.. Stack.Processes.Where(process => process.IsRunning).Select(process => (process.Name, process.Pid))];
}
