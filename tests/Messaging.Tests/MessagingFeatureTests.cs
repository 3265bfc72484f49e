using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Pylon.Postgres;
using Pylon.Testing;
using StackExchange.Redis;

namespace Pylon.Messaging.Tests;

public sealed class MessagingFeatureTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    [InlineData("password=x")]
    [InlineData("localhost,nonsense=1")]
    public void ABadSettingNamesItself(string? setting)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => RedisConnection.Options(setting));
        Assert.Contains("PYLON_REDIS", failure.Message);
    }

    [Fact]
    public async Task AHostWithBothRelaysItsOutboxAndIsHealthy()
    {
        var redis = await TestRedis.CreateAsync();
        await using var outbox = await OutboxFixture.CreateAsync();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
        [
            new("PYLON_REDIS", redis.ConnectionString),
            new("PYLON_POSTGRES", outbox.Uri),
        ]);
        builder.Services.AddLogging();
        builder.Services.AddPostgres(builder.Configuration, OutboxFixture.Schema);
        builder.Services.AddEventStream(builder.Configuration);
        builder.Services.AddOutboxRelay(OutboxFixture.Schema, "pylon/orchestrator");
        using var host = builder.Build();
        await host.StartAsync();

        await outbox.InsertAsync(0, 3);
        var stream = host.Services.GetRequiredService<IEventStream>();
        await Eventually.True(async () => (await stream.ReadAsync(
            new Dictionary<string, string> { [OutboxFixture.Topic] = stream.Start }, 10, CancellationToken.None)).Count == 3);
        Assert.Same(
            host.Services.GetRequiredService<IConnectionMultiplexer>(),
            host.Services.GetRequiredService<IConnectionMultiplexer>());
        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Healthy, health.Status);
        await host.StopAsync();
    }
}
