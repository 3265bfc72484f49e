namespace Pylon.Conductor.Purge;

internal static class PurgeFeature
{
    /// <summary>Removes expired rows from PostgreSQL.</summary>
    public static IServiceCollection AddPurge(this IServiceCollection services) => services
        .AddSingleton<PurgeStore>()
        .AddSingleton<PurgeWorker>()
        .AddHostedService(provider => provider.GetRequiredService<PurgeWorker>());
}
