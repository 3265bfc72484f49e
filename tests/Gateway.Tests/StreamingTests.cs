using System.Net;
using System.Text;
using System.Text.Json;
using Pylon.Testing;

namespace Pylon.Gateway.Tests;

public sealed class StreamingTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private HttpClient Http => fixture.Gateway.Http;

    [Theory]
    [InlineData(null)]
    [InlineData("application/x-ndjson")]
    [InlineData("application/json")]
    [InlineData("text/event-stream;q=0.1, application/x-ndjson")]
    public async Task StreamIsOneMessageALine(string? accept)
    {
        using var stream = await ServerEvents.OpenAsync(Http, "/api/v1/workloads/w:watch", accept: accept);

        Assert.Equal("application/x-ndjson", stream.ContentType);
        foreach (var status in new[] { "WORKLOAD_STATUS_QUEUED", "WORKLOAD_STATUS_PROCESSING", "WORKLOAD_STATUS_PENDING_USER_CHOICE" })
            Assert.Equal(status, JsonDocument.Parse((await stream.LineAsync())!).RootElement.GetProperty("workload").GetProperty("status").GetString());
        Assert.Null(await stream.LineAsync());
    }

    [Fact]
    public async Task StreamIsServerSentEventsOnRequest()
    {
        using var stream = await ServerEvents.OpenAsync(Http, "/api/v1/workloads/w:watch", accept: "text/event-stream");

        Assert.Equal("text/event-stream", stream.ContentType);
        var (type, data) = (await stream.NextAsync())!.Value;
        Assert.Equal("message", type);
        Assert.Equal("WORKLOAD_STATUS_QUEUED", data.GetProperty("workload").GetProperty("status").GetString());
    }

    [Fact]
    public async Task FailureBeforeTheFirstMessageHasItsOwnStatus()
    {
        var answer = await Http.GetAsync("/v1/watch?code=5");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task FailureAfterMessagesIsTheLastEvent()
    {
        using var stream = await ServerEvents.OpenAsync(Http, "/v1/watch?count=2&code=5", accept: "text/event-stream");

        Assert.Equal(1, (await stream.NextAsync())!.Value.Data.GetProperty("number").GetInt32());
        Assert.Equal(2, (await stream.NextAsync())!.Value.Data.GetProperty("number").GetInt32());
        var (type, data) = (await stream.NextAsync())!.Value;
        Assert.Equal("error", type);
        Assert.Equal("ECHO_NOT_FOUND", data.GetProperty("reason").GetString());
        Assert.Null(await stream.NextAsync());
    }

    [Fact]
    public async Task FailureAfterMessagesIsTheLastLine()
    {
        var lines = (await Http.GetStringAsync("/v1/watch?count=1&code=5")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(2, lines.Length);
        Assert.Equal("ECHO_NOT_FOUND", JsonDocument.Parse(lines[1]).RootElement.GetProperty("error").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task SilentStreamIsBegunAndKeptOpen()
    {
        await using var gateway = await TestGateway.StartAsync("--Transcoding:StreamStart=00:00:00.010", "--Transcoding:Heartbeat=00:00:00.020");
        using var stream = await ServerEvents.OpenAsync(gateway.Http, "/v1/watch?hang=true", accept: "text/event-stream");

        Assert.Equal(": heartbeat", await stream.LineAsync());
        Assert.Equal("", await stream.LineAsync());
        Assert.Equal(": heartbeat", await stream.LineAsync());
    }

    [Fact]
    public async Task CallerThatLeavesEndsTheCallAtTheService()
    {
        await using var gateway = await TestGateway.StartAsync();
        using (var stream = await ServerEvents.OpenAsync(gateway.Http, "/v1/watch?count=1&hang=true"))
        {
            await stream.LineAsync();
            Assert.False(gateway.Fakes.Cancelled.Task.IsCompleted);
        }

        await gateway.Fakes.Cancelled.Task.Within();
    }

    [Fact]
    public async Task CallerThatLeavesEndsAUnaryCallAtTheService()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var stop = new CancellationTokenSource();
        var call = gateway.Http.GetAsync("/v1/hang", stop.Token);
        await gateway.Fakes.Entered.Task.Within();
        Assert.True(gateway.Fakes.Deadline < DateTime.MaxValue);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await gateway.Fakes.Cancelled.Task.Within();
    }

    [Fact]
    public async Task LinesBecomeAStreamOfRequests()
    {
        var answer = await Http.PostAsync("/v1/collect", Lines("""{"text": "a"}""", "", """{"text": "b"}""", """{"text": "c"}"""));

        var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(["a", "b", "c"], body.GetProperty("texts").EnumerateArray().Select(each => each.GetString()));
    }

    [Fact]
    public async Task WrongLineIsNamed()
    {
        var answer = await Http.PostAsync("/v1/collect", Lines("""{"text": "a"}""", """{"text": 5}"""));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("text: must be a string (message on line 2 of the stream)", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BothSidesCanStream()
    {
        var answer = await Http.PostAsync("/v1/chat", Lines("""{"text": "a"}""", """{"text": "b"}"""));

        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["a", "b"], lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("echo").GetProperty("text").GetString()));
    }

    // The wrong line ends the call at the service while it may still be starting; whatever came of the call then, the caller reads about the line.
    [Fact]
    public async Task WrongLineIsNamedWhenBothSidesStream()
    {
        for (var i = 0; i < 200; i++)
        {
            var answer = await Http.PostAsync("/v1/chat", Lines("""{"text": 5}"""));

            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("text: must be a string (message on line 1 of the stream)", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    private static StringContent Lines(params string[] lines) => new(string.Join('\n', lines), Encoding.UTF8, "application/x-ndjson");
}
