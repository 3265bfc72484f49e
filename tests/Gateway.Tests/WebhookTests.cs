using System.Net;
using System.Text;
using System.Text.Json;

namespace Pylon.Gateway.Tests;

public sealed class WebhookTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private HttpClient Http => fixture.Gateway.Http;

    [Fact]
    public async Task CallbackArrivesByteForByte()
    {
        var bytes = Encoding.UTF8.GetBytes("{ \"context\" : {\"action\":\"on_select\"},\r\n\t\"message\": {\"x\": \"\u00e9\", \"n\": 1.0} }  ");

        var answer = await Http.PostAsync("/beckn/on_select", new ByteArrayContent(bytes));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("""{"message":{"ack":{"status":"ACK"}}}""", await answer.Content.ReadAsStringAsync());
        var callback = fixture.Gateway.Fakes.Callbacks.Single(each => each.Action == "on_select");
        Assert.Equal(bytes, callback.Body.ToByteArray());
    }

    [Fact]
    public async Task AnswerOfTheOrchestratorIsReturned()
    {
        var answer = await Http.PostAsync("/beckn/on_init", new StringContent("rubbish"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("NACK", await StatusAsync(answer));
    }

    [Theory]
    [InlineData("on_nothing")]
    [InlineData("on_")]
    [InlineData("discover")]
    public async Task UnknownActionIsNotFound(string action)
    {
        var answer = await Http.PostAsync($"/beckn/{action}", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task BodyOverTheLimitIsRefused()
    {
        var answer = await Http.PostAsync("/beckn/on_status", new ByteArrayContent(new byte[(1024 * 1024) + 1]));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("NACK", await StatusAsync(answer));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task EncodedBodyIsRefused(string encoding)
    {
        var content = new ByteArrayContent([0x1f, 0x8b, 8, 0]);
        content.Headers.ContentEncoding.Add(encoding);

        var answer = await Http.PostAsync("/beckn/on_update", content);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Equal("NACK", await StatusAsync(answer));
        Assert.Contains("Content-Encoding", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(fixture.Gateway.Fakes.Callbacks, each => each.Action == "on_update");
    }

    [Fact]
    public async Task RefusedCallbacksAreLoggedOnceForAnOutage()
    {
        await using var gateway = await TestGateway.StartAsync();
        await gateway.StopServicesAsync();

        for (var i = 0; i < 5; i++)
            await AssertNackToRepeatAsync(await gateway.Http.PostAsync("/beckn/on_confirm", new StringContent("{}")));

        Assert.Single(gateway.Log.Lines, line => line.Contains("Callback on_confirm", StringComparison.Ordinal));
    }

    [Fact]
    public async Task UnreachableOrchestratorMakesTheProviderSendAgain()
    {
        await using var gateway = await TestGateway.StartAsync();
        await gateway.StopServicesAsync();

        await AssertNackToRepeatAsync(await gateway.Http.PostAsync("/beckn/on_confirm", new StringContent("{}")));
    }

    [Fact]
    public async Task SlowOrchestratorMakesTheProviderSendAgain()
    {
        await using var gateway = await TestGateway.StartAsync("--Webhooks:Timeout=00:00:00.300");

        await AssertNackToRepeatAsync(await gateway.Http.PostAsync("/beckn/on_track", new StringContent("{}")));
    }

    private static async Task AssertNackToRepeatAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal("NACK", await StatusAsync(answer));
    }

    private static async Task<string?> StatusAsync(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("message").GetProperty("ack").GetProperty("status").GetString();
}
