using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Polly.Timeout;
using Pylon.Ingestion.Clients;
using Pylon.Ingestion.Tests.Runs;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests.Clients;

public sealed class SourceClientTests
{
    private readonly FakeTime _time = new();
    private readonly TestSource _source = new();

    [Fact]
    public async Task UnchangedBodyIsReusedAndAChangedOneReplacesIt()
    {
        var client = Client();
        Assert.Equal("a", await client.GetAsync("x", TimeSpan.Zero, default));
        Assert.Equal("a", await client.GetAsync("x", TimeSpan.Zero, default));
        _source.Body = "b";
        Assert.Equal("b", await client.GetAsync("x", TimeSpan.Zero, default));
        Assert.Equal("b", await client.GetAsync("y", TimeSpan.Zero, default));

        Assert.Equal([null, "\"a\"", "\"a\"", null], _source.Known);
    }

    [Fact]
    public async Task RequestWaitsAsLongAsTheSourceWants()
    {
        var client = Client();
        await client.GetAsync("x", TimeSpan.FromSeconds(30), default);
        var next = client.GetAsync("x", TimeSpan.Zero, default);
        await _time.TimersWaiting();
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal((1, false), (_source.Known.Count, next.IsCompleted));
        _time.Advance(TimeSpan.FromSeconds(1));
        await next;
    }

    [Fact]
    public async Task TooManyRequestsIsRetriedAfterTheRetryAfterPause()
    {
        _source.Statuses.Enqueue(HttpStatusCode.TooManyRequests);
        var answer = Client().GetAsync("x", TimeSpan.Zero, default);
        await _time.TimersWaiting();
        Assert.Single(_source.Known);
        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal("a", await answer);
        Assert.Equal(2, _source.Known.Count);
    }

    [Fact]
    public async Task RetryAfterMayBeADate()
    {
        _source.Statuses.Enqueue(HttpStatusCode.TooManyRequests);
        _source.RetryAfter = new RetryConditionHeaderValue(DateTimeOffset.FromUnixTimeSeconds(_time.GetUtcNow().ToUnixTimeSeconds() + 40));
        var answer = Client().GetAsync("x", TimeSpan.Zero, default);
        await _time.TimersWaiting();
        _time.Advance(TimeSpan.FromSeconds(38));
        Assert.Equal((1, false), (_source.Known.Count, answer.IsCompleted));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("a", await answer);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task PackedAnswerIsUnpacked(string encoding)
    {
        using var packed = new MemoryStream();
        await using (Stream packing = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionMode.Compress, leaveOpen: true),
            "deflate" => new ZLibStream(packed, CompressionMode.Compress, leaveOpen: true),
            _ => new BrotliStream(packed, CompressionMode.Compress, leaveOpen: true),
        })
        {
            await packing.WriteAsync("{}"u8.ToArray());
        }

        await using var server = WebApplication.CreateSlimBuilder().Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapGet("/x", async context =>
        {
            context.Response.Headers.ContentEncoding = encoding;
            await context.Response.Body.WriteAsync(packed.ToArray());
        });
        await server.StartAsync();
        IConfiguration settings = new ConfigurationBuilder().Build();
        await using var services = new ServiceCollection().AddSingleton(settings).AddSourceClients(settings).BuildServiceProvider();
        var client = new SourceClient(
            "test", services.GetRequiredService<IHttpClientFactory>().CreateClient("sources"), new Uri(server.Urls.First()), SimulatedSources.Options, _time, SimulatedSources.Metrics, NullLogger<SourceClient>.Instance);

        Assert.Equal("{}", await client.GetAsync("x", TimeSpan.Zero, default));
    }

    [Fact]
    public async Task ErrorsOfLibrariesAreToldInOwnWords()
    {
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => new HttpClient().GetAsync("http://127.0.0.1:1/"));

        Assert.Equal("unreachable: it accepts no connection", SourceException.Words(refused));
        Assert.Equal("no answer within 20 s", SourceException.Words(new TimeoutRejectedException(TimeSpan.FromSeconds(20))));
        Assert.Null(SourceException.Words(new InvalidOperationException("Change the reader options")));
    }

    [Fact]
    public async Task ClientErrorIsNotRetried()
    {
        _source.Statuses.Enqueue(HttpStatusCode.NotFound);
        var error = await Assert.ThrowsAsync<SourceException>(() => Client().GetAsync("x", TimeSpan.Zero, default));
        Assert.Equal("HTTP 404 to GET /x", error.Message);
        Assert.Single(_source.Known);
    }

    [Fact]
    public async Task SourceThatKeepsFailingGetsNoRequestForAWhile()
    {
        var client = Client();
        for (var i = 0; i < 9; i++)
            _source.Statuses.Enqueue(HttpStatusCode.BadGateway);
        for (var i = 0; i < 3; i++)
            await Assert.ThrowsAsync<SourceException>(() => client.GetAsync("x", TimeSpan.Zero, default));
        Assert.Equal(8, _source.Known.Count);

        _time.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<SourceException>(() => client.GetAsync("x", TimeSpan.Zero, default));
        Assert.Equal(9, _source.Known.Count);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("a", await client.GetAsync("x", TimeSpan.Zero, default));
    }

    [Fact]
    public void OnlyTheLatestBodiesAreKept()
    {
        var known = new KnownBodies();
        using var tagged = new HttpResponseMessage { Headers = { ETag = new EntityTagHeaderValue("\"1\"") } };
        for (var i = 0; i < 40; i++)
            known.Keep($"{i}", "body", tagged);
        known.Keep("large", new string('x', 9 * 1024 * 1024), tagged);
        known.Keep("untagged", "body", new HttpResponseMessage());

        Assert.Equal([.. Enumerable.Range(8, 32)], Enumerable.Range(0, 40).Where(i => known.Find($"{i}") is not null));
        Assert.Null(known.Find("large") ?? known.Find("untagged"));
    }

    private SourceClient Client() => new(
        "test", new HttpClient(_source), new Uri("http://source"), SimulatedSources.Options, _time, SimulatedSources.Metrics, NullLogger<SourceClient>.Instance);

    /// <summary>Answers its body with a tag, or the statuses that are asked of it first.</summary>
    private sealed class TestSource : HttpMessageHandler
    {
        public string Body { get; set; } = "a";

        public RetryConditionHeaderValue RetryAfter { get; set; } = new(TimeSpan.FromSeconds(7));

        public Queue<HttpStatusCode> Statuses { get; } = [];

        /// <summary>The tags that the requests came with.</summary>
        public List<string?> Known { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var known = request.Headers.IfNoneMatch.FirstOrDefault()?.Tag;
            Known.Add(known);
            var tag = $"\"{Body}\"";
            var status = Statuses.TryDequeue(out var asked) ? asked : known == tag ? HttpStatusCode.NotModified : HttpStatusCode.OK;
            var response = new HttpResponseMessage(status) { Content = new StringContent(status == HttpStatusCode.OK ? Body : ""), Headers = { ETag = new EntityTagHeaderValue(tag) } };
            if (status == HttpStatusCode.TooManyRequests)
                response.Headers.RetryAfter = RetryAfter;
            return Task.FromResult(response);
        }
    }
}
