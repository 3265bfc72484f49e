using Pylon.Postgres;

namespace Pylon.Conductor.Batches;

internal static class BatchesFeature
{
    /// <summary>What every implementation of <see cref="IBatches"/> needs.</summary>
    public static IServiceCollection AddBatches(this IServiceCollection services) => services.AddSingleton<Changes<string>>();

    /// <summary>Batches in memory: BCS_USE_MOCK_REPOSITORY.</summary>
    public static IServiceCollection AddMemoryBatches(this IServiceCollection services) => services
        .AddSingleton<MemoryBatches>()
        .AddSingleton<IBatches>(provider => provider.GetRequiredService<MemoryBatches>())
        .AddSingleton<IBatchOwners>(provider => provider.GetRequiredService<MemoryBatches>());
}
