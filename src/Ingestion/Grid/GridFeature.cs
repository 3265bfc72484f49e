namespace Pylon.Ingestion.Grid;

/// <summary>What is told of the grid.</summary>
internal static class GridFeature
{
    public static IServiceCollection AddGrid(this IServiceCollection services) =>
        services.AddSingleton<NationalStore>().AddSingleton<GridMessages>().AddSingleton<GridWatcher>()
            .AddHostedService(provider => provider.GetRequiredService<GridWatcher>());
}
