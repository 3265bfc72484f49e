using Pylon.Ingestion.V1;
using Pylon.Rpc;
using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.GridNow;

internal static class GridNowFeature
{
    /// <summary>Needs the grid stress.</summary>
    public static IServiceCollection AddGridNow(this IServiceCollection services)
    {
        services.AddValidatedOptions<GridNowOptions>("GridNow");
        return services
            .AddRpcClient<GridService.GridServiceClient>("PYLON_INGESTION")
            .AddSingleton<GridNowStore>()
            .AddHostedService<GridNowWorker>();
    }
}
