using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.Outcomes;

internal static class OutcomesFeature
{
    /// <summary>Needs the client of Ingestion.</summary>
    public static IServiceCollection AddOutcomes(this IServiceCollection services)
    {
        services.AddValidatedOptions<OutcomeOptions>("Outcomes");
        return services
            .AddSingleton<OutcomeStore>()
            .AddSingleton<GridSignals>()
            .AddHostedService<OutcomeWorker>();
    }
}
