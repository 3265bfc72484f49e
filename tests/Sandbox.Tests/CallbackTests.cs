using System.Net;
using Pylon.Testing;

namespace Pylon.Sandbox.Tests;

public sealed class CallbackTests
{
    [Fact]
    public async Task AckIsFollowedByTheCallback()
    {
        await using var sandbox = await SandboxFixture.Start("async");
        var request = BecknRequest.Order("select", "o1");
        var (status, ack) = await sandbox.Send(request);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"message":{"ack":{"status":"ACK"}}}""", Json.Write(ack));
        var (path, body) = await sandbox.Bap.NextText();
        Assert.Equal("/beckn/on_select", path);
        JsonAssert.Equal(request.MessageId, Json.Parse(body)["context"]!["message_id"]);
        await Eventually.True(async () => (string?)(await Requests(sandbox))["requests"]![0]!["callback"] == "sent");
    }

    [Fact]
    public async Task FreshMessageIdsShareOnlyTheTransaction()
    {
        await using var sandbox = await SandboxFixture.Start("async");
        await sandbox.Send(HttpMethod.Put, "/admin/bpp/style", """{"fresh_message_ids":true}""");
        var request = BecknRequest.Discover();
        await sandbox.Send(request);
        var on = await sandbox.Bap.Next();
        JsonAssert.NotEqual(request.MessageId, on["context"]!["message_id"]);
        JsonAssert.Equal(request.TransactionId, on["context"]!["transaction_id"]);
    }

    [Fact]
    public async Task StyleIsChangedOnTheFly()
    {
        await using var sandbox = await SandboxFixture.Start("async");
        var (_, style) = await sandbox.Send(HttpMethod.Put, "/admin/bpp/style", """{"style":"sync"}""");
        JsonAssert.Equal("sync", style["style"]);
        Assert.NotNull((await sandbox.Send(BecknRequest.Discover())).Body["context"]);
        var (status, refusal) = await sandbox.Send(HttpMethod.Put, "/admin/bpp/style", """{"style":"pigeon"}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        JsonAssert.Equal("style", refusal["field"]);
    }

    [Fact]
    public async Task FailedCallbackIsTriedAgain()
    {
        await using var sandbox = await SandboxFixture.Start("async");
        sandbox.Bap.RefuseNext(503);
        await sandbox.Send(BecknRequest.Discover());
        await sandbox.Time.TimersWaiting();
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        JsonAssert.Equal("on_discover", (await sandbox.Bap.Next())["context"]!["action"]);
    }

    [Fact]
    public async Task RefusedCallbackIsNotTriedAgain()
    {
        await using var sandbox = await SandboxFixture.Start("async");
        sandbox.Bap.RefuseNext(400);
        await sandbox.Send(BecknRequest.Discover());
        await Eventually.True(async () => (string?)(await Requests(sandbox))["requests"]![0]!["callback"] == "failed: HTTP 400");
        Assert.Equal(0, sandbox.Bap.Waiting);
    }

    [Fact]
    public async Task LostCallbackIsNeverSent()
    {
        await using var sandbox = await SandboxFixture.Start("async");
        await sandbox.Fault(new { action = "select", kind = "lost_callback" });
        await sandbox.Send(BecknRequest.Order("select", "o1"));
        await sandbox.Send(BecknRequest.Order("select", "o2"));
        JsonAssert.Equal("o2", (await sandbox.Bap.Next())["message"]!["order"]!["beckn:id"]);
        JsonAssert.Equal("lost", (await Requests(sandbox))["requests"]![0]!["callback"]);
        Assert.Equal(0, sandbox.Bap.Waiting);
    }

    [Fact]
    public async Task DuplicatedCallbackComesTwice()
    {
        await using var sandbox = await SandboxFixture.Start("async");
        await sandbox.Fault(new { kind = "duplicate_callback" });
        await sandbox.Send(BecknRequest.Discover());
        Assert.Equal(await sandbox.Bap.NextText(), await sandbox.Bap.NextText());
    }

    [Fact]
    public async Task LateCallbackWaitsForItsDelay()
    {
        await using var sandbox = await SandboxFixture.Start("async");
        await sandbox.Fault(new { kind = "late_callback", delay_ms = 60_000 });
        await sandbox.Send(BecknRequest.Discover());
        await sandbox.Time.TimersWaiting();
        Assert.Equal(0, sandbox.Bap.Waiting);
        sandbox.Time.Advance(TimeSpan.FromMinutes(1));
        await sandbox.Bap.Next();
    }

    [Fact]
    public async Task ReorderedCallbackLetsTheNextOneGoFirst()
    {
        await using var sandbox = await SandboxFixture.Start("async");
        await sandbox.Fault(new { kind = "reordered_callback", delay_ms = 60_000 });
        await sandbox.Send(BecknRequest.Order("select", "o1"));
        await sandbox.Time.TimersWaiting();
        await sandbox.Send(BecknRequest.Order("select", "o2"));
        JsonAssert.Equal("o2", (await sandbox.Bap.Next())["message"]!["order"]!["beckn:id"]);
        JsonAssert.Equal("o1", (await sandbox.Bap.Next())["message"]!["order"]!["beckn:id"]);
    }

    [Fact]
    public async Task ReorderedCallbackDoesNotWaitForever()
    {
        await using var sandbox = await SandboxFixture.Start("async");
        await sandbox.Fault(new { kind = "reordered_callback", delay_ms = 5_000 });
        await sandbox.Send(BecknRequest.Discover());
        await sandbox.Time.TimersWaiting();
        sandbox.Time.Advance(TimeSpan.FromSeconds(5));
        await sandbox.Bap.Next();
    }

    [Fact]
    public async Task CallbackCanComeBeforeTheAck()
    {
        await using var sandbox = await SandboxFixture.Start("async");
        await sandbox.Fault(new { kind = "callback_before_ack" });
        await sandbox.Send(BecknRequest.Discover());
        Assert.Equal(1, sandbox.Bap.Waiting);
    }

    [Fact]
    public async Task MalformedCallbackIsNoJson()
    {
        await using var sandbox = await SandboxFixture.Start("async");
        await sandbox.Fault(new { kind = "malformed_body" });
        await sandbox.Send(BecknRequest.Discover());
        Assert.ThrowsAny<Newtonsoft.Json.JsonException>(() => Json.Parse(sandbox.Bap.NextText().GetAwaiter().GetResult().Body));
    }

    private static async Task<Newtonsoft.Json.Linq.JObject> Requests(SandboxFixture sandbox) => (await sandbox.Get("/admin/bpp/requests")).Body;
}
