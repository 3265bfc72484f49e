using Pylon.Ingestion.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Recommendations;

internal static class RecommendationsFeature
{
    public static IServiceCollection AddRecommendations(this IServiceCollection services) => services
        .AddRpcClient<MarketService.MarketServiceClient>("PYLON_INGESTION")
        .AddRpcClient<GridService.GridServiceClient>("PYLON_INGESTION")
        .AddSingleton<GridZones>();
}
