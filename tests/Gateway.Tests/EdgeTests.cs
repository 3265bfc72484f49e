using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Grpc.Core;
using Pylon.Orchestrator.V1;
using Pylon.Testing;
using Pylon.Transcoding.Calls;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Pylon.Gateway.Tests;

/// <summary>What holds for every answer, and the sizes of a request at n and at n + 1.</summary>
public sealed class EdgeTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private const int Megabyte = 1024 * 1024;

    private HttpClient Http => fixture.Gateway.Http;

    [Theory]
    [InlineData("/", "application/json")]
    [InlineData("/", "text/html")]
    [InlineData("/web/assets/none.css", "text/css")]
    [InlineData("/web/workloads", "text/html")]
    [InlineData("/docs/index.html", "text/html")]
    [InlineData("/openapi.json", "application/json")]
    [InlineData("/health", "application/json")]
    [InlineData("/metrics", "text/plain")]
    [InlineData("/api/v1/workloads/w", "application/json")]
    [InlineData("/api/v1/workloads/unknown", "application/json")]
    [InlineData("/api/v1/workloads?colour=red", "application/json")]
    [InlineData("/no/such/path", "application/json")]
    [InlineData("/beckn/broadcast", "text/event-stream")]
    [InlineData("/beckn/on_select", "application/json")]
    public async Task EveryAnswerHasTheHeaders(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Accept = { new MediaTypeWithQualityHeaderValue(accept) } } };
        using var answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).Within();

        AssertSafe(answer.Headers);
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task AnAnswerOfANativeCallHasThemToo()
    {
        using var call = new WorkloadService.WorkloadServiceClient(fixture.Gateway.Grpc).GetWorkloadAsync(new GetWorkloadRequest { Id = "w" });

        Assert.Equal("nosniff", (await call.ResponseHeadersAsync.Within()).GetValue("x-content-type-options"));
    }

    [Fact]
    public async Task BehindATrustedProxyThatHasTlsTheBrowserIsToldToKeepToIt()
    {
        await using var gateway = await TestGateway.StartAsync("--PYLON_TRUSTED_PROXIES=127.0.0.1");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health") { Headers = { { "X-Forwarded-Proto", "https" } } };

        using var answer = await gateway.Http.SendAsync(request);

        Assert.Equal("max-age=31536000", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")));
    }

    [Theory]
    [InlineData("/api/v1/workloads", Megabyte)]
    [InlineData("/beckn/on_select", Megabyte)]
    public async Task ABodyMayHaveOneMegabyteAndNotAByteMore(string path, int most)
    {
        using var whole = await Http.PostAsync(path, Padded(most));
        using var more = await Http.PostAsync(path, Padded(most + 1));

        Assert.NotEqual(HttpStatusCode.RequestEntityTooLarge, whole.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, more.StatusCode);
    }

    [Theory]
    [InlineData(100, 200)]
    [InlineData(101, 431)]
    public async Task ARequestMayHaveAHundredHeaders(int count, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        // Host is one of them.
        for (var n = 1; n < count; n++)
            request.Headers.Add($"X-{n}", "a");

        using var answer = await Http.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData(8192, 404)]
    [InlineData(8193, 414)]
    public async Task AnAddressMayHaveEightKilobytes(int length, int status)
    {
        using var answer = await Http.GetAsync("/" + new string('a', length - 1));

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task AnErrorTellsNothingOfTheCode()
    {
        await using var gateway = await TestGateway.StartAsync(new BrokenUpstreams());

        using var answer = await gateway.Http.GetAsync("/api/v1/workloads/w");
        var body = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains("INTERNAL", body, StringComparison.Ordinal);
        Assert.DoesNotContain(BrokenUpstreams.Secret, body, StringComparison.Ordinal);
        Assert.DoesNotContain(" at Pylon", body, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", body, StringComparison.Ordinal);
        AssertSafe(answer.Headers);
    }

    private static void AssertSafe(HttpResponseHeaders headers)
    {
        Assert.Equal("nosniff", Assert.Single(headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("DENY", Assert.Single(headers.GetValues("X-Frame-Options")));
        Assert.Contains("frame-ancestors 'none'", Assert.Single(headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Contains(Assert.Single(headers.GetValues("Referrer-Policy")), (string[])["no-referrer", "same-origin"]);
    }

    private static StringContent Padded(int length) => new("{}" + new string(' ', length - 2), Encoding.UTF8, "application/json");

    private sealed class BrokenUpstreams : IUpstreams
    {
        public const string Secret = "hunter2";

        public CallInvoker InvokerOf(ServiceDescriptor service) => throw new InvalidOperationException($"The password is {Secret}.");
    }
}
