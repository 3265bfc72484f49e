using Pylon.Ingestion.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Api;

internal static class ApiFeature
{
    public static IServiceCollection AddApi(this IServiceCollection services) => services
        .AddRpcClient<MarketService.MarketServiceClient>("PYLON_INGESTION")
        .AddRpcClient<GridService.GridServiceClient>("PYLON_INGESTION");
}
