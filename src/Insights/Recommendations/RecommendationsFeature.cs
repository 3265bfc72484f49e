using Pylon.Insights.Advice;
using Pylon.Insights.Freezing;
using Pylon.Insights.Playbook;
using Pylon.ServiceDefaults;

namespace Pylon.Insights.Recommendations;

internal static class RecommendationsFeature
{
    /// <summary>Needs the models, the simulation and the engines.</summary>
    public static IServiceCollection AddRecommendations(this IServiceCollection services)
    {
        services.AddValidatedOptions<RecommendationOptions>("Recommendations");
        return services
            .AddPlaybook()
            .AddSingleton<LeverSimulation>()
            .AddSingleton<Adviser>()
            .AddSingleton<BaselineFreezer>()
            .AddSingleton<ActivityReader>()
            .AddSingleton<RecommendationStore>()
            .AddSingleton<RecommendationMaker>()
            .AddSingleton<RecommendationDecisions>()
            .AddHostedService<RecommendationWorker>();
    }
}
