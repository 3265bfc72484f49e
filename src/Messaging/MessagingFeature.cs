using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pylon.Messaging.Kafka;
using Pylon.Postgres;
using StackExchange.Redis;

namespace Pylon.Messaging;

/// <summary>What a service that publishes or reads events registers.</summary>
public static class MessagingFeature
{
    /// <summary>
    /// Registers <see cref="IEventStream"/>, <see cref="IEventGroup"/> and <see cref="GroupConsumer"/> on the Redis of <c>PYLON_REDIS</c>, or on
    /// the brokers of <c>BCS_KAFKA_BOOTSTRAP_SERVERS</c> when <c>EVENT_STREAM</c> is <c>kafka</c>; the one
    /// <see cref="IConnectionMultiplexer"/> of the process; and the health checks <c>redis</c> and <c>kafka</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The setting is missing or cannot be read.</exception>
    public static IServiceCollection AddEventStream(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var redis = RedisConnection.Options(configuration[RedisConnection.Setting]);
        services.AddOptions<EventStreamOptions>().BindConfiguration("EventStream").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(redis));
        services.TryAddSingleton<GroupConsumer>();
        services.AddHealthChecks().AddCheck<RedisHealthCheck>("redis");
        // Also without Kafka, so that its settings are checked.
        services.AddOptions<KafkaOptions>().BindConfiguration("Kafka").ValidateDataAnnotations().ValidateOnStart();
        if (Kind(configuration) == EventStreamKind.Kafka)
            return services.AddKafka(configuration);
        services.TryAddSingleton<IEventStream, RedisEventStream>();
        services.TryAddSingleton<IEventGroup, RedisEventGroup>();
        return services;
    }

    private static IServiceCollection AddKafka(this IServiceCollection services, IConfiguration configuration)
    {
        if (string.IsNullOrWhiteSpace(configuration["Kafka:BootstrapServers"]))
            throw new InvalidOperationException("BCS_KAFKA_BOOTSTRAP_SERVERS is not set: EVENT_STREAM=kafka needs the address of a broker, for example 127.0.0.1:9092");
        services.TryAddSingleton<KafkaCluster>();
        services.TryAddSingleton<KafkaReader>();
        services.TryAddSingleton<PublishTurn>();
        services.TryAddSingleton<KafkaWriter>();
        services.TryAddSingleton<IEventStream, KafkaEventStream>();
        services.TryAddSingleton<IEventGroup, KafkaEventGroup>();
        services.AddHealthChecks().AddCheck<KafkaHealthCheck>("kafka");
        return services;
    }

    private static EventStreamKind Kind(IConfiguration configuration) => configuration["EventStream:Kind"]?.Trim() switch
    {
        null or "" => EventStreamKind.Redis,
        var word when Enum.TryParse<EventStreamKind>(word, ignoreCase: true, out var kind) && Enum.IsDefined(kind) && !char.IsAsciiDigit(word[0]) => kind,
        var word => throw new InvalidOperationException($"EVENT_STREAM must be redis or kafka, not {word}"),
    };

    /// <summary>
    /// Makes the outbox table, after the service's own migrations, and starts its relay. Needs <see cref="AddEventStream"/> and
    /// <see cref="PostgresFeature.AddPostgres"/>.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="schema">Where the outbox table is, for example <c>orchestrator</c>.</param>
    /// <param name="source">The source of the events, for example <c>pylon/orchestrator</c>.</param>
    public static IServiceCollection AddOutboxRelay(this IServiceCollection services, string schema, string source) => services
        .AddMigrations(typeof(Outbox).Assembly, schema, Outbox.MigrationHistory)
        .AddSingleton<IHostedService>(provider => new OutboxRelay(
            schema,
            source,
            provider.GetRequiredService<NpgsqlDataSource>(),
            provider.GetRequiredService<Listener>(),
            provider.GetRequiredService<IEventStream>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<OutboxRelay>>()));
}
