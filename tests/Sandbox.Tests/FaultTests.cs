using System.Net;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Tests;

public sealed class FaultTests
{
    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task ErrorOccursAsOftenAsRequested(string style)
    {
        await using var sandbox = await SandboxFixture.StartAsync(style);
        await sandbox.FaultAsync(new { action = "discover", kind = "http_error", count = 2, http_status = 502 });
        Assert.Equal(HttpStatusCode.OK, (await sandbox.SendAsync(BecknRequest.Order("select", "o1"))).Status);
        Assert.Equal(HttpStatusCode.BadGateway, (await sandbox.SendAsync(BecknRequest.Discover())).Status);
        Assert.Equal(HttpStatusCode.BadGateway, (await sandbox.SendAsync(BecknRequest.Discover())).Status);
        Assert.Equal(HttpStatusCode.OK, (await sandbox.SendAsync(BecknRequest.Discover())).Status);
        Assert.Empty((await sandbox.GetAsync("/admin/bpp/faults")).Body["faults"]!);
    }

    [Fact]
    public async Task FaultWithoutCountStaysUntilCleared()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.FaultAsync(new { kind = "nack", count = 0 });
        for (var i = 0; i < 5; i++)
            JsonAssert.Equal("NACK", (await sandbox.SendAsync(BecknRequest.Discover())).Body["message"]!["ack"]!["status"]);
        JsonAssert.Equal(5, (await sandbox.GetAsync("/admin/bpp/faults")).Body["faults"]![0]!["hits"]);
        await sandbox.SendAsync(HttpMethod.Delete, "/admin/bpp/faults", null);
        Assert.NotNull((await sandbox.SendAsync(BecknRequest.Discover())).Body["context"]);
    }

    [Fact]
    public async Task FaultHitsOnlyWhatItMatches()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.FaultAsync(new { kind = "business_error", match = "unlucky" });
        Assert.Null((await sandbox.SendAsync(BecknRequest.Order("init", "o1", workload: "lucky"))).Body["error"]);
        var (_, on) = await sandbox.SendAsync(BecknRequest.Order("init", "o2", workload: "unlucky"));
        JsonAssert.Equal("40000", on["error"]!["code"]);
        Assert.NotNull(on["context"]);
        Assert.Null(on["message"]);
    }

    [Fact]
    public async Task FewItemsShortenTheCatalogue()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.FaultAsync(new { kind = "few_items", keep_items = 2 });
        var (_, on) = await sandbox.SendAsync(BecknRequest.Discover());
        Assert.Equal(2, on.SelectTokens("$.message.catalogs[*]['beckn:items'][*]").Count());
        Assert.Equal(2, on.SelectTokens("$.message.catalogs[*]['beckn:offers'][*]").Count());
    }

    [Fact]
    public async Task DelayHoldsTheAnswer()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.FaultAsync(new { kind = "delay", delay_ms = 30_000 });
        var answer = sandbox.SendAsync(BecknRequest.Discover());
        await sandbox.Time.TimersWaiting();
        Assert.False(answer.IsCompleted);
        sandbox.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.OK, (await answer).Status);
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task DroppedConnectionMayHideABooking(string style)
    {
        await using var sandbox = await SandboxFixture.StartAsync(style);
        await sandbox.SendAsync(BecknRequest.Order("init", "o1"));
        await sandbox.FaultAsync(new { action = "confirm", kind = "drop_connection" });
        await sandbox.FaultAsync(new { action = "confirm", kind = "drop_connection", processed = true });
        await Assert.ThrowsAsync<HttpRequestException>(() => sandbox.SendAsync(BecknRequest.Order("confirm", "o1")));
        JsonAssert.Equal("INITIALIZED", (await sandbox.OrderAsync("o1"))["state"]);
        await Assert.ThrowsAsync<HttpRequestException>(() => sandbox.SendAsync(BecknRequest.Order("confirm", "o1")));
        JsonAssert.Equal("CONFIRMED", (await sandbox.OrderAsync("o1"))["state"]);
        Assert.Equal(HttpStatusCode.OK, (await sandbox.SendAsync(BecknRequest.Order("confirm", "o1"))).Status);
        JsonAssert.Equal(1, (await sandbox.OrderAsync("o1"))["bookings"]);
    }

    [Fact]
    public async Task MalformedBodyIsNotJson()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.FaultAsync(new { kind = "malformed_body" });
        var (_, text) = await sandbox.SendTextAsync(HttpMethod.Post, "/bpp/discover", BecknRequest.Discover().ToJson(sandbox.Bap.Uri).ToString());
        Assert.ThrowsAny<Newtonsoft.Json.JsonException>(() => Json.Parse(text));
    }

    [Fact]
    public async Task CallbackFaultStaysWhileTheStyleIsSync()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.FaultAsync(new { kind = "lost_callback" });
        await sandbox.SendAsync(BecknRequest.Discover());
        Assert.Single((await sandbox.GetAsync("/admin/bpp/faults")).Body["faults"]!);
    }

    [Theory]
    [InlineData("""{}""", "kind")]
    [InlineData("""{"kind":"gremlins"}""", "kind")]
    [InlineData("""{"kind":7}""", "kind")]
    [InlineData("""{"kind":"delay","action":"dance"}""", "action")]
    [InlineData("""{"kind":"delay","count":-1}""", "count")]
    [InlineData("""{"kind":"delay","count":99999999999}""", "count")]
    [InlineData("""{"kind":"delay","delay_ms":"soon"}""", "delay_ms")]
    [InlineData("""{"kind":"http_error","http_status":99}""", "http_status")]
    [InlineData("""{"kind":"few_items","keep_items":-1}""", "keep_items")]
    [InlineData("""{"kind":"delay","match":[]}""", "match")]
    [InlineData("""{"kind":"delay","processed":"yes"}""", "processed")]
    [InlineData("""{"kind":"delay","colour":"red"}""", "colour")]
    [InlineData("[1]", "body")]
    [InlineData("nonsense", "body")]
    public async Task WrongFaultIsRefusedByField(string body, string field)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        foreach (var path in new[] { "/admin/bpp/faults", "/admin/gemini/faults" })
        {
            var (status, refusal) = await sandbox.SendAsync(HttpMethod.Post, path, body.Replace("few_items", path.Contains("gemini") ? "delay" : "few_items"));
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.NotEqual("", refusal["error"]!.Value<string>());
            if (path.Contains("bpp"))
                JsonAssert.Equal(field, refusal["field"]);
        }
    }
}
