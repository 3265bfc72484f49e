using Pylon.ServiceDefaults;

namespace Pylon.Conductor.Shared;

internal static class SharedFeature
{
    /// <summary>Settings and metrics.</summary>
    public static IServiceCollection AddShared(this IServiceCollection services)
    {
        services.AddValidatedOptions<ConductorOptions>(ConductorOptions.Section);
        return services.AddSingleton<ConductorMetrics>();
    }
}
