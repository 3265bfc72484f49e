using System.Net;
using Pylon.Sandbox.Requests;
using Pylon.Testing;

namespace Pylon.Sandbox.Tests;

public sealed class CallbackTests
{
    [Fact]
    public async Task AckIsFollowedByTheCallback()
    {
        await using var sandbox = await SandboxFixture.StartAsync("async");
        var request = BecknRequest.Order("select", "o1");
        var (status, ack) = await sandbox.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"message":{"ack":{"status":"ACK"}}}""", Json.Write(ack));
        var (path, body) = await sandbox.Bap.NextTextAsync();
        Assert.Equal("/beckn/on_select", path);
        JsonAssert.Equal(request.MessageId, Json.Parse(body)["context"]!["message_id"]);
        await Eventually.True(async () => (string?)(await RequestsAsync(sandbox))["requests"]![0]!["callback"] == "sent");
    }

    [Fact]
    public async Task FreshMessageIdsShareOnlyTheTransaction()
    {
        await using var sandbox = await SandboxFixture.StartAsync("async");
        await sandbox.SendAsync(HttpMethod.Put, "/admin/bpp/style", """{"fresh_message_ids":true}""");
        var request = BecknRequest.Discover();
        await sandbox.SendAsync(request);
        var on = await sandbox.Bap.NextAsync();
        JsonAssert.NotEqual(request.MessageId, on["context"]!["message_id"]);
        JsonAssert.Equal(request.TransactionId, on["context"]!["transaction_id"]);
    }

    [Fact]
    public async Task StyleCanBeChangedAtRunTime()
    {
        await using var sandbox = await SandboxFixture.StartAsync("async");
        var (_, style) = await sandbox.SendAsync(HttpMethod.Put, "/admin/bpp/style", """{"style":"sync"}""");
        JsonAssert.Equal("sync", style["style"]);
        Assert.NotNull((await sandbox.SendAsync(BecknRequest.Discover())).Body["context"]);
        var (status, refusal) = await sandbox.SendAsync(HttpMethod.Put, "/admin/bpp/style", """{"style":"pigeon"}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        JsonAssert.Equal("style", refusal["field"]);
    }

    [Fact]
    public async Task FailedCallbackIsRetried()
    {
        await using var sandbox = await SandboxFixture.StartAsync("async");
        sandbox.Bap.RefuseNext(503);
        await sandbox.SendAsync(BecknRequest.Discover());
        await sandbox.Time.TimersWaiting();
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        JsonAssert.Equal("on_discover", (await sandbox.Bap.NextAsync())["context"]!["action"]);
    }

    [Fact]
    public async Task RefusedCallbackIsNotRetried()
    {
        await using var sandbox = await SandboxFixture.StartAsync("async");
        sandbox.Bap.RefuseNext(400);
        await sandbox.SendAsync(BecknRequest.Discover());
        await Eventually.True(async () => (string?)(await RequestsAsync(sandbox))["requests"]![0]!["callback"] == "failed: HTTP 400");
        Assert.Equal(0, sandbox.Bap.Waiting);
    }

    [Fact]
    public async Task LostCallbackIsNeverSent()
    {
        await using var sandbox = await SandboxFixture.StartAsync("async");
        await sandbox.FaultAsync(new { action = "select", kind = "lost_callback" });
        await sandbox.SendAsync(BecknRequest.Order("select", "o1"));
        await sandbox.SendAsync(BecknRequest.Order("select", "o2"));
        JsonAssert.Equal("o2", (await sandbox.Bap.NextAsync())["message"]!["order"]!["beckn:id"]);
        JsonAssert.Equal("lost", (await RequestsAsync(sandbox))["requests"]![0]!["callback"]);
        Assert.Equal(0, sandbox.Bap.Waiting);
    }

    [Fact]
    public async Task DuplicateCallbackIsSentTwice()
    {
        await using var sandbox = await SandboxFixture.StartAsync("async");
        await sandbox.FaultAsync(new { kind = "duplicate_callback" });
        await sandbox.SendAsync(BecknRequest.Discover());
        Assert.Equal(await sandbox.Bap.NextTextAsync(), await sandbox.Bap.NextTextAsync());
    }

    [Fact]
    public async Task LateCallbackWaitsForItsDelay()
    {
        await using var sandbox = await SandboxFixture.StartAsync("async");
        await sandbox.FaultAsync(new { kind = "late_callback", delay_ms = 60_000 });
        await sandbox.SendAsync(BecknRequest.Discover());
        await sandbox.Time.TimersWaiting();
        Assert.Equal(0, sandbox.Bap.Waiting);
        sandbox.Time.Advance(TimeSpan.FromMinutes(1));
        await sandbox.Bap.NextAsync();
    }

    [Fact]
    public async Task ReorderedCallbackIsSentAfterTheNextOne()
    {
        await using var sandbox = await SandboxFixture.StartAsync("async");
        await sandbox.FaultAsync(new { kind = "reordered_callback", delay_ms = 60_000 });
        await sandbox.SendAsync(BecknRequest.Order("select", "o1"));
        await sandbox.Time.TimersWaiting();
        await sandbox.SendAsync(BecknRequest.Order("select", "o2"));
        JsonAssert.Equal("o2", (await sandbox.Bap.NextAsync())["message"]!["order"]!["beckn:id"]);
        JsonAssert.Equal("o1", (await sandbox.Bap.NextAsync())["message"]!["order"]!["beckn:id"]);
    }

    [Fact]
    public async Task ReorderedCallbackIsSentAfterItsDelay()
    {
        await using var sandbox = await SandboxFixture.StartAsync("async");
        await sandbox.FaultAsync(new { kind = "reordered_callback", delay_ms = 5_000 });
        await sandbox.SendAsync(BecknRequest.Discover());
        await sandbox.Time.TimersWaiting();
        sandbox.Time.Advance(TimeSpan.FromSeconds(5));
        await sandbox.Bap.NextAsync();
    }

    [Fact]
    public async Task CallbackCanArriveBeforeTheAck()
    {
        await using var sandbox = await SandboxFixture.StartAsync("async");
        await sandbox.FaultAsync(new { kind = "callback_before_ack" });
        await sandbox.SendAsync(BecknRequest.Discover());
        Assert.Equal(1, sandbox.Bap.Waiting);
    }

    [Fact]
    public async Task MalformedCallbackIsNotJson()
    {
        await using var sandbox = await SandboxFixture.StartAsync("async");
        await sandbox.FaultAsync(new { kind = "malformed_body" });
        await sandbox.SendAsync(BecknRequest.Discover());
        Assert.ThrowsAny<Newtonsoft.Json.JsonException>(() => Json.Parse(sandbox.Bap.NextTextAsync().GetAwaiter().GetResult().Body));
    }

    private static async Task<Newtonsoft.Json.Linq.JObject> RequestsAsync(SandboxFixture sandbox) => (await sandbox.GetAsync("/admin/bpp/requests")).Body;
}
