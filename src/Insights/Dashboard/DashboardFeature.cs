using Pylon.Ingestion.V1;
using Pylon.Rpc;
using Pylon.ServiceDefaults;

namespace Pylon.Insights.Dashboard;

internal static class DashboardFeature
{
    /// <summary>Needs the engines.</summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services)
    {
        services.AddValidatedOptions<DashboardOptions>("Dashboard");
        return services
            .AddRpcClient<GridService.GridServiceClient>("PYLON_INGESTION")
            .AddRpcClient<SeriesService.SeriesServiceClient>("PYLON_INGESTION")
            .AddSingleton<DashboardStore>()
            .AddSingleton<IntensityReader>()
            .AddSingleton<EmissionForecasts>();
    }
}
