using Pylon.ServiceDefaults;

namespace Pylon.Insights.EngineCache;

/// <summary>The answers of the external ML engine, kept.</summary>
internal static class EngineCacheFeature
{
    public static IServiceCollection AddEngineCache(this IServiceCollection services)
    {
        services.AddValidatedOptions<EngineCacheOptions>(EngineCacheOptions.Section);
        return services.AddSingleton<PredictionStore>().AddHostedService<EngineCacheWorker>();
    }
}
