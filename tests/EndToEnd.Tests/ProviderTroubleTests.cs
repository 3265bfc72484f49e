using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests;

public sealed class ProviderTroubleTests(SharedStack stack) : SharedStackTests(stack)
{
    private const string Retry = "pylon.workload.retry_scheduled.v1";
    private const string Failed = "pylon.workload.failed.v1";

    /// <param name="style">How the provider answers.</param>
    /// <param name="kind">The fault, for one workload only.</param>
    /// <param name="action">The message with the fault.</param>
    /// <param name="reason">The begin of the failure reason that the user sees.</param>
    [Theory]
    [InlineData("async", "http_error", "discover", "discover: HTTP 503")]
    [InlineData("async", "delay", "confirm", "confirm: no response within 2 s")]
    [InlineData("async", "nack", "init", "init: refused with NACK")]
    [InlineData("async", "lost_callback", "confirm", "confirm: acknowledged, but no on_confirm within 2 s")]
    [InlineData("async", "malformed_body", "discover", "discover: acknowledged, but no on_discover within 2 s")]
    [InlineData("sync", "malformed_body", "discover", "discover: ")]
    [InlineData("sync", "malformed_body", "confirm", "confirm: ")]
    public async Task FaultOfOneWorkloadIsRetriedThenFailsOnlyThatWorkloadAndReplaySucceeds(string style, string kind, string action, string reason)
    {
        await Sandbox.StyleAsync(style);
        // Every message but SELECT has the load of the workload: the fault matches that number.
        var load = Math.Round(0.1 + (Random.Shared.NextDouble() / 10), 6);
        await Sandbox.FaultAsync(new { kind, action, count = 0, delay_ms = 20_000, match = load.ToString(CultureInfo.InvariantCulture) });

        var id = await Gateway.SubmitAsync(new { workload_name = $"{kind} at {action}", compute_load_mw = load });
        var other = await Gateway.SubmitAsync(new { workload_name = "meanwhile" });
        await Gateway.UntilAsync(other, "PENDING_USER_CHOICE");
        await AssertFailedAsync(id, reason);
        await AssertReplayedAsync(id, Sandbox.NoFaultsAsync);
    }

    [Fact]
    public async Task UnreachableProviderIsRetriedAndReplaySucceedsWhenItIsReachable()
    {
        await Stack.SandboxProcess.KillAsync();

        var id = await Gateway.SubmitAsync(new { workload_name = "provider is down" });

        await AssertFailedAsync(id, "discover: ");
        await AssertReplayedAsync(id, () => Stack.SandboxProcess.StartAgainAsync());
    }

    private async Task AssertFailedAsync(string id, string reason)
    {
        var failed = await Gateway.UntilAsync(id, "FAILED");
        Assert.StartsWith(reason, failed["failure_reason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(SharedStack.MaxAttempts, failed["attempts"]!.GetValue<int>());
        var letter = Assert.Single(await DeadLettersOfAsync(id));
        Assert.Equal(failed["failure_reason"]!.GetValue<string>(), letter["reason"]!.GetValue<string>());

        var events = await Eventually.Is(() => Gateway.EventsOfAsync(id), all => all.Any(one => Type(one) == Failed));
        var attempts = events.Where(one => Type(one) is Retry or Failed).ToList();
        Assert.Equal([.. Enumerable.Repeat(Retry, SharedStack.MaxAttempts - 1), Failed], attempts.Select(Type));
        // No attempt ends before the time that the retry before it announced.
        Assert.All(attempts.Zip(attempts.Skip(1)), pair =>
            Assert.True(Time(pair.First["workload_retry_scheduled"]!["next_attempt_time"]!) <= Time(pair.Second["time"]!), $"{pair.First} {pair.Second}"));
    }

    private async Task AssertReplayedAsync(string id, Func<Task> endFaultAsync)
    {
        await endFaultAsync();
        var (status, body) = await Gateway.PostAsync($"/api/v1/workloads/{id}:replay", "{}");
        Assert.True(status == HttpStatusCode.OK, body.ToJsonString());

        await Gateway.UntilAsync(id, "PENDING_USER_CHOICE");
        Assert.Empty(await DeadLettersOfAsync(id));
        Assert.Equal(1, (await Sandbox.OrdersAsync(id)).Bookings);
    }

    private async Task<IReadOnlyList<JsonNode>> DeadLettersOfAsync(string id) =>
    [
        .. ((await Gateway.GetAsync("/api/v1/workload-dead-letters"))["dead_letters"]?.AsArray() ?? [])
            .Select(letter => letter!).Where(letter => letter["workload_id"]!.GetValue<string>() == id),
    ];

    private static string Type(JsonNode occurred) => occurred["type"]!.GetValue<string>();

    private static DateTimeOffset Time(JsonNode time) => DateTimeOffset.Parse(time.GetValue<string>(), CultureInfo.InvariantCulture);
}
