namespace Pylon.Ingestion.Grid;

/// <summary>The grid API: the current state, series, forecasts and changes.</summary>
internal static class GridFeature
{
    public static IServiceCollection AddGrid(this IServiceCollection services) =>
        services.AddSingleton<NationalStore>().AddSingleton<GridMessages>().AddSingleton<GridWatcher>()
            .AddHostedService(provider => provider.GetRequiredService<GridWatcher>());
}
