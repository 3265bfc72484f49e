using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pylon.Postgres;
using StackExchange.Redis;

namespace Pylon.Messaging;

/// <summary>What a service that publishes or reads events registers.</summary>
public static class MessagingFeature
{
    /// <summary>
    /// Registers <see cref="IEventStream"/>, <see cref="IEventGroup"/> and <see cref="GroupConsumer"/> on the Redis of <c>PYLON_REDIS</c>, the one
    /// <see cref="IConnectionMultiplexer"/> of the process, and the health check <c>redis</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The setting is missing or cannot be read.</exception>
    public static IServiceCollection AddEventStream(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var redis = RedisConnection.Options(configuration[RedisConnection.Setting]);
        services.AddOptions<EventStreamOptions>().BindConfiguration("EventStream").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(redis));
        services.TryAddSingleton<IEventStream, RedisEventStream>();
        services.TryAddSingleton<IEventGroup, RedisEventGroup>();
        services.TryAddSingleton<GroupConsumer>();
        services.AddHealthChecks().AddCheck<RedisHealthCheck>("redis");
        return services;
    }

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
