using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pylon.Testing;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Pylon.Rpc.Tests;

public sealed class HealthTests : IAsyncLifetime
{
    private HealthCheckResult _database = HealthCheckResult.Healthy();
    private TestService _service = null!;

    public async Task InitializeAsync() => _service = await TestService.StartAsync(builder =>
        builder.Services.Configure<HealthCheckPublisherOptions>(options => (options.Delay, options.Period) = (TimeSpan.Zero, TimeSpan.FromSeconds(1)))
            .AddHealthChecks().AddCheck("postgres", () => _database));

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("pylon.orchestrator.v1.WorkloadService")]
    public async Task CheckAnswersTheStatusOfNow(string service)
    {
        Assert.Equal(ServingStatus.Serving, await CheckAsync(service));

        _database = HealthCheckResult.Unhealthy("no connection");

        Assert.Equal(ServingStatus.NotServing, await CheckAsync(service));
    }

    [Fact]
    public async Task AServiceThatIsNotHereIsNotFound()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => CheckAsync("pylon.nothing.v1.Nothing"));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task WatchSendsTheStatusAndEachChange()
    {
        using var call = Client.Watch(new() { Service = "" });
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));

        _database = HealthCheckResult.Unhealthy();
        Assert.Equal(ServingStatus.NotServing, await NextAsync(call));

        _database = HealthCheckResult.Degraded();
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));
    }

    [Fact]
    public async Task WatchOfAnUnknownServiceSendsServiceUnknownAndStaysOpen()
    {
        using var call = Client.Watch(new() { Service = "pylon.nothing.v1.Nothing" });

        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(call));
        Assert.False(call.ResponseStream.MoveNext(CancellationToken.None).IsCompleted);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/healthz")]
    [InlineData("/health/ready")]
    public async Task AServiceWhoseStoreIsUnreachableIsNotReadyAndSaysWhy(string path)
    {
        using var well = await _service.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, well.StatusCode);

        _database = HealthCheckResult.Unhealthy("no connection");
        using var ill = await _service.Http.GetAsync(path);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ill.StatusCode);
        var body = await ill.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("unhealthy", body.GetProperty("status").GetString());
        var postgres = body.GetProperty("checks").GetProperty("postgres");
        Assert.Equal("unhealthy", postgres.GetProperty("status").GetString());
        Assert.Equal("no connection", postgres.GetProperty("description").GetString());
    }

    [Fact]
    public async Task AServiceWhoseStoreIsUnreachableIsStillAlive()
    {
        _database = HealthCheckResult.Unhealthy("no connection");

        using var live = await _service.Http.GetAsync("/health/live");

        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.DoesNotContain("postgres", await live.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFailingCheckIsLoggedOncePerChange()
    {
        _database = HealthCheckResult.Unhealthy("no connection");
        await Eventually.True(() => Lines("no connection").Any());
        for (var probe = 0; probe < 5; probe++)
            (await _service.Http.GetAsync("/health/ready")).Dispose();
        _database = HealthCheckResult.Healthy();
        await Eventually.True(() => Lines("postgres is healthy again").Any());

        Assert.Equal("Warning: Health check postgres is Unhealthy: no connection; it is checked again every 15 s ", Assert.Single(Lines("no connection")));
    }

    private IEnumerable<string> Lines(string text) => _service.Log.Lines.Where(line => line.Contains(text, StringComparison.Ordinal));

    private Health.HealthClient Client => new(_service.Invoker);

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10)));
        return call.ResponseStream.Current.Status;
    }

    private async Task<ServingStatus> CheckAsync(string service) => (await Client.CheckAsync(new() { Service = service })).Status;
}
