namespace Pylon.Ingestion.Freshness;

/// <summary>How long ago each source was read: a metric, a flag on its values, and an alert.</summary>
internal static class FreshnessFeature
{
    public static IServiceCollection AddFreshness(this IServiceCollection services) =>
        services.AddSingleton<FreshnessStore>().AddSingleton<SourceFreshness>().AddHostedService<FreshnessWorker>();
}
