using Pylon.Ingestion.V1;
using Pylon.Rpc;
using Pylon.ServiceDefaults;

namespace Pylon.Insights.Intensity;

/// <summary>Carbon intensities of Ingestion.</summary>
internal static class IntensityFeature
{
    public static IServiceCollection AddIntensity(this IServiceCollection services)
    {
        services.AddValidatedOptions<IntensityOptions>(IntensityOptions.Section);
        return services.AddRpcClient<SeriesService.SeriesServiceClient>("PYLON_INGESTION").AddSingleton<DayCache>().AddSingleton<GridIntensities>();
    }
}
