using System.Net;
using System.Text.Json.Nodes;
using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests;

/// <summary>Batch runs of chosen workloads.</summary>
[Collection(FleetStackGroup.Name)]
public sealed class PipelineTests(FleetStack fleet) : IAsyncLifetime
{
    private const string Defined = "pylon.batch.pipeline_defined.v1";
    private const string Progressed = "pylon.batch.phase_progressed.v1";
    private const string Ended = "pylon.workload.run_ended.v1";
    private const int Parts = 4;
    private static readonly string[] Phases = ["prepare", "train", "evaluate", "publish"];

    private TestStack Stack => fleet.Stack;

    private GatewayClient Gateway => Stack.Gateway;

    public async Task InitializeAsync()
    {
        await Stack.Sandbox.ResetAsync();
        await Stack.RunOrchestratorsAsync(1);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task ChosenWorkloadsGoThroughEachPhaseOnceAlthoughTheConductorIsKilled()
    {
        await using var subscription = await Gateway.SubscribeAsync();
        var first = await OfferedAsync("killed in the middle");
        var second = await OfferedAsync("chosen without a conductor");

        await ChooseAsync(first);
        await Eventually.Is(() => Gateway.WorkloadAsync(first), w => Completed(w, "train") > 0, because: "the second phase has begun");
        await Stack.Conductor.KillAsync();
        // The choice is booked as usual; only its batch run waits.
        await ChooseAsync(second);
        await Eventually.Is(() => Gateway.WorkloadAsync(second), w => w["run"]!["attempts"]!.GetValue<int>() > 0);
        await Stack.Conductor.StartAgainAsync();

        foreach (var id in (string[])[first, second])
        {
            var run = (await Eventually.Is(() => Gateway.WorkloadAsync(id), w => State(w) == "COMPLETED", TimeSpan.FromSeconds(60)))["run"]!;
            Assert.Equal(
                Phases.Select(phase => (phase, "PHASE_RUN_STATE_COMPLETED", $"{Parts}")),
                run["phases"]!.AsArray().Select(p => (p!["phase"]!.GetValue<string>(), p["state"]!.GetValue<string>(), p["completed"]!.GetValue<string>())));
        }

        var received = (await subscription.UntilAsync(Ended, first)).ToList();
        if (!received.Any(one => one.Type == Ended && one.Subject == second))
            received.AddRange(await subscription.UntilAsync(Ended, second));
        // Two topics have no order between them: the end of a run may be told before its last part.
        while (((string[])[first, second]).Any(id => received.Count(one => one.Type == Progressed && one.Subject == id) < Phases.Length * Parts))
            received.Add((await subscription.NextAsync())!);
        foreach (var id in (string[])[first, second])
        {
            var about = received.Where(one => one.Subject == id).ToList();
            Assert.Single(about, one => one.Type == Defined);
            Assert.Single(about, one => one.Type == Ended);
            Assert.Equal(
                Phases.SelectMany(phase => Enumerable.Range(1, Parts).Select(n => $"{phase}/part-{n}")).Order(),
                about.Where(one => one.Type == Progressed).Select(one => $"{Data(one, "phase_name")}/{Data(one, "entity_id")}").Order());
        }

        // A subscriber that connects again gets the missed events of both topics.
        var half = received.Count / 2;
        await using var late = await Gateway.SubscribeAsync(received[half].Position);
        var missed = received.Skip(half + 1).Select(one => one.Id).ToHashSet();
        while (missed.Count > 0)
            Assert.True(missed.Remove((await late.NextAsync())!.Id));
    }

    private async Task<string> OfferedAsync(string name)
    {
        var id = await Gateway.SubmitAsync(new { workload_name = name, workload_type = "TRAINING_RUN" });
        await Gateway.UntilAsync(id, "PENDING_USER_CHOICE");
        return id;
    }

    private async Task ChooseAsync(string id)
    {
        var (status, answer) = await Gateway.PostAsync($"/api/v1/workloads/{id}:choose", """{"option": 1}""");
        Assert.Equal((HttpStatusCode.OK, "SCHEDULED"), (status, GatewayClient.Status(answer["workload"]!)));
    }

    private static string State(JsonNode workload) => workload["run"]!["state"]!.GetValue<string>()["RUN_STATE_".Length..];

    private static long Completed(JsonNode workload, string phase) => workload["run"]!["phases"]!.AsArray()
        .Where(p => p!["phase"]!.GetValue<string>() == phase)
        .Sum(p => long.Parse(p!["completed"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture));

    private static string Data(ReceivedEvent one, string field) => one.Event["data"]![field]!.GetValue<string>();
}
