namespace Pylon.Ingestion.Regional;

/// <summary>The regional grid: its latest state, and synthetic values until real ones arrive.</summary>
internal static class RegionalFeature
{
    public static IServiceCollection AddRegionalGrid(this IServiceCollection services)
    {
        services.AddSingleton<RegionalStore>().AddSingleton<NationalFill>().AddSingleton<SyntheticGridCoverage>().AddHostedService<SyntheticGridWorker>();
        services.AddHealthChecks().AddCheck<SyntheticGridCoverage>("regional-grid");
        return services;
    }
}
