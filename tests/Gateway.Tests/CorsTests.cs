using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Microsoft.Extensions.Options;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Gateway.Tests;

/// <summary>The API in a browser, from a page of another host.</summary>
public sealed class CorsTests(CorsTests.OpenToOne fixture) : IClassFixture<CorsTests.OpenToOne>
{
    private const string Friend = "https://grid.example";
    private const string Allowed = "Access-Control-Allow-Origin";

    [Theory]
    [InlineData("/api/v1/workloads/w", "GET", "x-request-timeout")]
    [InlineData("/api/v1/workloads", "POST", "content-type,authorization")]
    [InlineData("/beckn/broadcast", "GET", "last-event-id")]
    [InlineData("/openapi.json", "GET", "if-none-match")]
    [InlineData("/pylon.orchestrator.v1.WorkloadService/GetWorkload", "POST", "content-type,x-grpc-web,grpc-timeout")]
    public async Task PreflightOfAListedOriginIsAnswered(string path, string method, string headers)
    {
        using var answer = await PreflightAsync(path, Friend, method, headers);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(Friend, One(answer, Allowed));
        Assert.Contains(method, One(answer, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Equal(headers, One(answer, "Access-Control-Allow-Headers"));
        Assert.Equal("600", One(answer, "Access-Control-Max-Age"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Theory]
    [InlineData("https://grid.example.evil.test")]
    [InlineData("http://grid.example")]
    [InlineData("https://grid.example:8443")]
    [InlineData("null")]
    public async Task AnotherOriginGetsNothing(string origin)
    {
        using var preflight = await PreflightAsync("/api/v1/workloads", origin, "POST", "content-type");
        using var call = await GetAsync("/api/v1/workloads/w", origin);

        Assert.False(preflight.Headers.Contains(Allowed));
        Assert.False(call.Headers.Contains(Allowed));
    }

    [Theory]
    [InlineData("/api/v1/workloads/w", 200)]
    [InlineData("/api/v1/workloads/unknown", 404)]
    [InlineData("/api/v1/workloads?colour=red", 400)]
    [InlineData("/no/such/path", 404)]
    [InlineData("/beckn/broadcast/poll", 200)]
    public async Task AnswersAndProblemsCanBeReadByThePage(string path, int status)
    {
        using var answer = await GetAsync(path, Friend);

        Assert.Equal((status, Friend), ((int)answer.StatusCode, One(answer, Allowed)));
        var exposed = One(answer, "Access-Control-Expose-Headers").Split(',');
        Assert.Superset(new HashSet<string> { "grpc-status", "grpc-message", "grpc-status-details-bin", "Location", "Retry-After" }, exposed.ToHashSet());
        Assert.Contains("Origin", answer.Headers.Vary);
    }

    [Fact]
    public async Task StreamOfEventsCanBeReadAndResumed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/beckn/broadcast?lastEventId=") { Headers = { { "Origin", Friend } } };
        using var answer = await fixture.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).Within();

        Assert.Equal((HttpStatusCode.OK, Friend), (answer.StatusCode, One(answer, Allowed)));
        Assert.True(answer.Headers.CacheControl!.NoTransform);
    }

    [Theory]
    [InlineData("w", StatusCode.OK)]
    [InlineData("unknown", StatusCode.NotFound)]
    public async Task GrpcWebCanBeReadByThePage(string id, StatusCode expected)
    {
        var seen = new LastAnswer();
        using var channel = GrpcChannel.ForAddress(fixture.Http.BaseAddress!, new GrpcChannelOptions { HttpHandler = new GrpcWebHandler(GrpcWebMode.GrpcWeb, seen), HttpVersion = HttpVersion.Version11 });
        using var call = new WorkloadService.WorkloadServiceClient(channel).GetWorkloadAsync(new GetWorkloadRequest { Id = id }, new Metadata { { "origin", Friend } });

        var code = StatusCode.OK;
        try
        {
            await call.ResponseAsync.Within();
        }
        catch (RpcException e)
        {
            code = e.StatusCode;
        }

        Assert.Equal(expected, code);
        Assert.Equal(Friend, One(seen.Answer!, Allowed));
        Assert.Contains("grpc-status-details-bin", One(seen.Answer!, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WebhooksAreNotForPages()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/beckn/on_select") { Content = new StringContent("{}"), Headers = { { "Origin", Friend } } };
        using var answer = await fixture.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(answer.Headers.Contains(Allowed));
    }

    [Fact]
    public async Task WithoutOriginsThereIsNoCors()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/workloads/w") { Headers = { { "Origin", Friend } } };
        using var answer = await gateway.Http.SendAsync(request);

        Assert.False(answer.Headers.Contains(Allowed));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://*.example")]
    [InlineData("https://grid.example/")]
    [InlineData("https://grid.example/app")]
    [InlineData("https://Grid.example")]
    [InlineData("https://grid.example:443")]
    [InlineData("grid.example")]
    [InlineData("null")]
    [InlineData("ftp://grid.example")]
    public async Task AWrongOriginStopsTheStartWithItsName(string origin)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestGateway.StartAsync($"--Cors:Origins={Friend}, {origin}"));

        Assert.Equal([$"Cors__Origins={Friend}, {origin}: \"{origin}\" must be scheme, host and port as a browser sends them, for example https://grid.example"], error.Failures);
    }

    private static string One(HttpResponseMessage answer, string header) => Assert.Single(answer.Headers.GetValues(header));

    private async Task<HttpResponseMessage> GetAsync(string path, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Origin", origin } } };
        return await fixture.Http.SendAsync(request);
    }

    private async Task<HttpResponseMessage> PreflightAsync(string path, string origin, string method, string headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path)
        {
            Headers = { { "Origin", origin }, { "Access-Control-Request-Method", method }, { "Access-Control-Request-Headers", headers } },
        };
        return await fixture.Http.SendAsync(request);
    }

    /// <summary>A gateway that pages of two origins may call.</summary>
    public sealed class OpenToOne : IAsyncLifetime
    {
        private TestGateway _gateway = null!;

        public HttpClient Http => _gateway.Http;

        public async Task InitializeAsync() => _gateway = await TestGateway.StartAsync($"--Cors:Origins={Friend},http://localhost:5173");

        public async Task DisposeAsync() => await _gateway.DisposeAsync();
    }

    private sealed class LastAnswer() : DelegatingHandler(new HttpClientHandler())
    {
        public HttpResponseMessage? Answer { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Answer = await base.SendAsync(request, cancellationToken);
    }
}
