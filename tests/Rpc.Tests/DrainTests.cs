using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pylon.ServiceDefaults;
using Pylon.Testing;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Pylon.Rpc.Tests;

/// <summary>What a load balancer sees of the start and the end of a process.</summary>
public sealed class DrainTests : IAsyncLifetime
{
    private readonly FakeTime _time = new();
    private TestService _service = null!;

    public async Task InitializeAsync() => _service = await TestService.StartAsync(builder =>
    {
        builder.Configuration.AddInMemoryCollection([new("Drain:Delay", "00:00:05")]);
        builder.Services.AddSingleton<TimeProvider>(_time);
    });

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Fact]
    public async Task AProcessThatIsStartedSaysSo()
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/health/startup"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/health/ready"));
    }

    [Fact]
    public async Task WhileItDrainsItServesAndIsNotReady()
    {
        var drained = Lifetime.DrainAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync("/health/ready"));
        Assert.Equal(ServingStatus.NotServing, (await new Health.HealthClient(_service.Invoker).CheckAsync(new())).Status);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/health/live"));
        await _service.Client.GetWorkloadAsync(new());
        Assert.False(drained.IsCompleted || Application.ApplicationStopping.IsCancellationRequested);

        _time.Advance(TimeSpan.FromSeconds(5));

        await drained.Within(TimeSpan.FromSeconds(10));
        Assert.True(Application.ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task TheReasonIsNamed()
    {
        _ = Lifetime.DrainAsync();

        using var ready = await _service.Http.GetAsync("/health/ready");

        var lifetime = (await ready.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("checks").GetProperty("lifetime");
        Assert.Equal("draining", lifetime.GetProperty("description").GetString());
        Assert.Contains(_service.Log.Lines, line => line.Contains("Draining: not ready any more; calls are served for 5 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ASecondSignalEndsItAtOnce()
    {
        var drained = Lifetime.DrainAsync();

        await Lifetime.DrainAsync();

        await drained.Within(TimeSpan.FromSeconds(10));
        Assert.True(Application.ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task BeforeTheStartIsCompleteItIsNotReady()
    {
        HttpStatusCode? startup = null, live = null;
        await using var service = await TestService.StartAsync(builder => builder.Services.AddHostedService(provider => new WhileStarting(async () =>
        {
            using var client = new HttpClient { BaseAddress = TestService.HttpAddressOf(provider) };
            startup = (await client.GetAsync("/health/startup")).StatusCode;
            live = (await client.GetAsync("/health/live")).StatusCode;
        })));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (startup, live));
    }

    private DrainingLifetime Lifetime => _service.App.Services.GetRequiredService<DrainingLifetime>();

    private IHostApplicationLifetime Application => _service.App.Services.GetRequiredService<IHostApplicationLifetime>();

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await _service.Http.GetAsync(path);
        return answer.StatusCode;
    }

    // The server listens before this phase, and the start is complete behind it.
    private sealed class WhileStarting(Func<Task> run) : IHostedLifecycleService
    {
        public Task StartedAsync(CancellationToken cancellationToken) => run();
        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
