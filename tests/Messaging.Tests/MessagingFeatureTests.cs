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

    [Theory]
    [InlineData("rabbit", "127.0.0.1:9092", "EVENT_STREAM must be redis or kafka")]
    [InlineData("1", "127.0.0.1:9092", "EVENT_STREAM must be redis or kafka")]
    [InlineData("kafka", " ", "BCS_KAFKA_BOOTSTRAP_SERVERS is not set")]
    public void ABadStreamNamesItself(string kind, string servers, string message)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            [new("PYLON_REDIS", "127.0.0.1:1"), new("EventStream:Kind", kind), new("Kafka:BootstrapServers", servers)]).Build();
        var failure = Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddEventStream(configuration));
        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHostWithKafkaReadsWhatItPublishesAndIsHealthy()
    {
        var redis = await TestRedis.CreateAsync();
        using var kafka = new TestKafka();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
        [
            new("PYLON_REDIS", redis.ConnectionString),
            new("EventStream:Kind", "kafka"),
            new("Kafka:BootstrapServers", kafka.BootstrapServers),
            new("Kafka:CreateTopics", "false"),
        ]);
        builder.Services.AddLogging();
        builder.Services.AddEventStream(builder.Configuration);
        using var host = builder.Build();
        await host.StartAsync();

        var stream = host.Services.GetRequiredService<IEventStream>();
        await stream.PublishAsync("workloads", Streams.Events(0, 3), CancellationToken.None);
        Assert.Equal(3, (await stream.ReadAsync(new Dictionary<string, string> { ["workloads"] = stream.Start }, 10, CancellationToken.None)).Count);
        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Healthy, health.Status);
        Assert.Contains("kafka", health.Entries.Keys);
        await host.StopAsync();
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
