using Pylon.ServiceDefaults;

namespace Pylon.Insights.Baselines;

/// <summary>What is normal for each entity by hour of week.</summary>
internal static class BaselinesFeature
{
    public static IServiceCollection AddBaselines(this IServiceCollection services)
    {
        services.AddValidatedOptions<BaselineOptions>("Baselines");
        return services.AddSingleton<RollupMarks>().AddSingleton<BaselineStore>().AddSingleton<BaselineBuilder>().AddHostedService<BaselineWorker>();
    }
}
