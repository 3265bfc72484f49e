using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Pylon.Rpc.Tests;

public sealed class HealthTests : IAsyncLifetime
{
    private HealthCheckResult _database = HealthCheckResult.Healthy();
    private TestService _service = null!;

    public async Task InitializeAsync() => _service = await TestService.StartAsync(builder =>
        builder.Services.AddHealthChecks().AddCheck("postgres", () => _database));

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("pylon.orchestrator.v1.WorkloadService")]
    public async Task CheckTellsTheStateOfNow(string service)
    {
        Assert.Equal(ServingStatus.Serving, await Check(service));

        _database = HealthCheckResult.Unhealthy("no connection");

        Assert.Equal(ServingStatus.NotServing, await Check(service));
    }

    [Fact]
    public async Task AServiceThatIsNotHereIsNotFound()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => Check("pylon.nothing.v1.Nothing"));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task WatchTellsTheStateAndEachChange()
    {
        using var call = Client.Watch(new() { Service = "" });
        Assert.Equal(ServingStatus.Serving, await Next(call));

        _database = HealthCheckResult.Unhealthy();
        await Check("");
        Assert.Equal(ServingStatus.NotServing, await Next(call));

        _database = HealthCheckResult.Degraded();
        await Check("");
        Assert.Equal(ServingStatus.Serving, await Next(call));
    }

    [Fact]
    public async Task WatchOfAnUnknownServiceSaysSoAndStaysOpen()
    {
        using var call = Client.Watch(new() { Service = "pylon.nothing.v1.Nothing" });

        Assert.Equal(ServingStatus.ServiceUnknown, await Next(call));
        Assert.False(call.ResponseStream.MoveNext(CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task TheHttpAnswerIs503WithTheReasonWhenUnhealthy()
    {
        using var well = await _service.Http.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, well.StatusCode);

        _database = HealthCheckResult.Unhealthy("no connection");
        using var ill = await _service.Http.GetAsync("/health");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ill.StatusCode);
        var body = await ill.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("unhealthy", body.GetProperty("status").GetString());
        var postgres = body.GetProperty("checks").GetProperty("postgres");
        Assert.Equal("unhealthy", postgres.GetProperty("status").GetString());
        Assert.Equal("no connection", postgres.GetProperty("description").GetString());
    }

    private Health.HealthClient Client => new(_service.Invoker);

    private static async Task<ServingStatus> Next(AsyncServerStreamingCall<HealthCheckResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10)));
        return call.ResponseStream.Current.Status;
    }

    private async Task<ServingStatus> Check(string service) => (await Client.CheckAsync(new() { Service = service })).Status;
}
