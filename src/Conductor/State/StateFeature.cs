using Pylon.Conductor.Batches;

namespace Pylon.Conductor.State;

internal static class StateFeature
{
    /// <summary>Batches in Redis, rebuilt from PostgreSQL.</summary>
    public static IServiceCollection AddState(this IServiceCollection services) => services
        .AddSingleton<OutboxSignal>()
        .AddSingleton<SharedCalls>()
        .AddHostedService(provider => provider.GetRequiredService<SharedCalls>())
        .AddSingleton<BatchLoader>()
        .AddSingleton<RedisBatches>()
        .AddSingleton<IBatches>(provider => provider.GetRequiredService<RedisBatches>())
        .AddSingleton<Recovery>()
        .AddHostedService(provider => provider.GetRequiredService<Recovery>());
}
