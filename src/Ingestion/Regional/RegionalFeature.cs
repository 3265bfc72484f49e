namespace Pylon.Ingestion.Regional;

/// <summary>The regional grid: its latest state, and made-up values until real ones come.</summary>
internal static class RegionalFeature
{
    public static IServiceCollection AddRegionalGrid(this IServiceCollection services)
    {
        services.AddSingleton<RegionalStore>().AddSingleton<NationalFill>().AddSingleton<SyntheticGridCoverage>().AddHostedService<SyntheticGridWorker>();
        services.AddHealthChecks().AddCheck<SyntheticGridCoverage>("regional-grid");
        return services;
    }
}
