using Pylon.Conductor.Circuits;
using Pylon.Conductor.DeadLetters;
using Pylon.Conductor.Intake;
using Pylon.Rpc;

namespace Pylon.Conductor.Batches;

internal static class BatchesFeature
{
    /// <summary>Batches in Redis and PostgreSQL, and everything that comes and goes by events.</summary>
    public static IServiceCollection AddBatches(this IServiceCollection services)
    {
        services.AddSingleton<Changes>();
        services.AddSingleton<StoreCircuits>();
        services.AddSingleton<RedisCalls>();
        services.AddSingleton<BatchStore>();
        services.AddSingleton<Journal>().AddHostedService(provider => provider.GetRequiredService<Journal>());
        services.AddSingleton<OutboxRelay>().AddHostedService(provider => provider.GetRequiredService<OutboxRelay>());
        services.AddSingleton<Recovery>().AddHostedService(provider => provider.GetRequiredService<Recovery>());
        services.AddSingleton<BatchWrites>();
        services.AddSingleton<BatchLoader>();
        services.AddSingleton<RedisBatches>();
        services.AddSingleton<IBatches>(provider => provider.GetRequiredService<RedisBatches>());
        services.AddSingleton<DeadLetterStore>();
        services.AddSingleton<DeadLetterBox>();
        services.AddSingleton<IFailedResolutions>(provider => provider.GetRequiredService<DeadLetterBox>());
        services.AddSingleton<PurgeStore>();
        services.AddSingleton<PurgeWorker>().AddHostedService(provider => provider.GetRequiredService<PurgeWorker>());
        services.AddHostedService<IntakeWorker>();
        services.AddExceptionMapper(StoreFailure.Refusal);
        return services;
    }

    /// <summary>Batches in memory: BCS_USE_MOCK_REPOSITORY.</summary>
    public static IServiceCollection AddMemoryBatches(this IServiceCollection services) => services
        .AddSingleton<Changes>()
        .AddSingleton<IFailedResolutions, LoggedFailedResolutions>()
        .AddSingleton<MemoryBatches>()
        .AddSingleton<IBatches>(provider => provider.GetRequiredService<MemoryBatches>());
}
