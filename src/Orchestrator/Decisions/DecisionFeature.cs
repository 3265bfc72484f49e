using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Contexts;
using Pylon.Rpc;
using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.Decisions;

internal static class DecisionFeature
{
    /// <summary>Needs the language model, the log of decisions and the grid stress.</summary>
    public static IServiceCollection AddDecisions(this IServiceCollection services)
    {
        services.AddValidatedOptions<DecisionOptions>("Decisions");
        services.AddRpcClient<GridService.GridServiceClient>("PYLON_INGESTION");
        return services
            .AddSingleton<GridReader>()
            .AddSingleton<DecisionStore>()
            .AddSingleton<DecisionMaker>()
            .AddHostedService<DecisionWorker>();
    }
}
