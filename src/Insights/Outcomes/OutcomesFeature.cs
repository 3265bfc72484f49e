using Pylon.ServiceDefaults;

namespace Pylon.Insights.Outcomes;

internal static class OutcomesFeature
{
    /// <summary>Needs the recommendations.</summary>
    public static IServiceCollection AddOutcomes(this IServiceCollection services)
    {
        services.AddValidatedOptions<OutcomeOptions>("Outcomes");
        return services.AddSingleton<OutcomeStore>().AddSingleton<OutcomeMeter>().AddHostedService<OutcomeWorker>();
    }
}
