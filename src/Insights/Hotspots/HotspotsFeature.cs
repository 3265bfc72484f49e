using Pylon.Ingestion.V1;
using Pylon.Rpc;
using Pylon.ServiceDefaults;

namespace Pylon.Insights.Hotspots;

/// <summary>Finds hotspots, and keeps their life. Needs the baselines.</summary>
internal static class HotspotsFeature
{
    public static IServiceCollection AddHotspots(this IServiceCollection services)
    {
        services.AddValidatedOptions<HotspotOptions>("Hotspots");
        services.AddRpcClient<SeriesService.SeriesServiceClient>("PYLON_INGESTION");
        return services.AddSingleton<ScanStore>().AddSingleton<ScanUpkeep>().AddSingleton<RegionScanner>().AddSingleton<Scanner>().AddSingleton<HotspotStore>()
            .AddHostedService<ScanWorker>();
    }
}
