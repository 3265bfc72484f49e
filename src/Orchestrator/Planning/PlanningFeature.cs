using Pylon.Ingestion.V1;
using Pylon.Rpc;
using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.Planning;

/// <summary>When and where work costs least.</summary>
internal static class PlanningFeature
{
    public static IServiceCollection AddPlanning(this IServiceCollection services)
    {
        services.AddValidatedOptions<PlanningOptions>(PlanningOptions.Section);
        return services
            .AddRpcClient<SeriesService.SeriesServiceClient>("PYLON_INGESTION")
            .AddRpcClient<GridService.GridServiceClient>("PYLON_INGESTION")
            .AddRpcClient<MarketService.MarketServiceClient>("PYLON_INGESTION")
            .AddSingleton<SeriesCache>()
            .AddSingleton<GridSeriesReader>()
            .AddSingleton<ZoneRegions>()
            .AddSingleton<PlaceReader>();
    }
}
