using Pylon.Ingestion.V1;
using Pylon.Rpc;
using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.Flow;

internal static class FlowFeature
{
    public static IServiceCollection AddFlow(this IServiceCollection services)
    {
        services.AddValidatedOptions<FlowOptions>("Bpp");
        services.AddRpcClient<MarketService.MarketServiceClient>("PYLON_INGESTION");
        services.AddRpcClient<GridService.GridServiceClient>("PYLON_INGESTION");
        return services
            .AddSingleton<FlowStore>()
            .AddSingleton<FlowMetrics>()
            .AddSingleton<GridZones>()
            .AddSingleton<DiscoverFlow>()
            .AddSingleton<ChoiceFlow>()
            .AddSingleton<CancellationFlow>()
            .AddSingleton<WorkloadRun>()
            .AddHostedService<FlowWorker>();
    }
}
